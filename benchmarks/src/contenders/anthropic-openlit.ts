import { load } from '../../rivals/load.ts';
import type { AnthropicModule, Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';
import { registerMetrics } from '../workload/telemetry.ts';

interface Module {
  Openlit: { init(options: object): void };
}

export const contender: Contender = {
  client: 'anthropic',
  title: 'OpenLIT',
  kind: 'rival',
  package: 'openlit',
  names: ['Openlit'],
  async setUp() {
    registerMetrics();
    process.env.OTEL_TRACES_EXPORTER = 'none';
    const anthropic = await load<AnthropicModule>('@anthropic-ai/sdk');
    const { Openlit } = await load<Module>('openlit');
    Openlit.init({
      captureMessageContent: false,
      disableEvents: true,
      pricingJson: '{}',
      instrumentations: { anthropic },
    });
    return (settings) => new anthropic.Anthropic({ ...settings, ...SILENT });
  },
};
