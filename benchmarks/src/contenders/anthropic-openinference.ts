import { load } from '../../rivals/load.ts';
import type { AnthropicModule, Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';
import { registerTelemetry } from '../workload/telemetry.ts';

interface Module {
  AnthropicInstrumentation: new (options: object) => { manuallyInstrument(anthropic: unknown): void };
}

const NAME = '@arizeai/openinference-instrumentation-anthropic';

export const contender: Contender = {
  client: 'anthropic',
  title: 'OpenInference',
  kind: 'rival',
  package: NAME,
  names: ['AnthropicInstrumentation'],
  async setUp() {
    registerTelemetry();
    const anthropic = await load<AnthropicModule>('@anthropic-ai/sdk');
    const { AnthropicInstrumentation } = await load<Module>(NAME);
    new AnthropicInstrumentation({ traceConfig: { hideInputs: true, hideOutputs: true } }).manuallyInstrument(
      anthropic,
    );
    return (settings) => new anthropic.Anthropic({ ...settings, ...SILENT });
  },
};
