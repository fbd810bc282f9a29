import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';
import { registerMetrics } from '../workload/telemetry.ts';

interface Module {
  Openlit: { init(options: object): void };
}

export const contender: Contender = {
  title: 'OpenLIT',
  kind: 'rival',
  package: 'openlit',
  names: ['Openlit'],
  async setUp() {
    registerMetrics();
    process.env.OTEL_TRACES_EXPORTER = 'none';
    const openai = await load<OpenAIModule>('openai');
    const { Openlit } = await load<Module>('openlit');
    Openlit.init({
      captureMessageContent: false,
      disableEvents: true,
      pricingJson: '{}',
      instrumentations: { openai },
    });
    return (options) => new openai.OpenAI(options);
  },
};
