import { load } from '../../rivals/load.ts';
import type { AnthropicModule, Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';
import { registerTelemetry } from '../workload/telemetry.ts';

interface Module {
  AnthropicInstrumentation: new (options: object) => { manuallyInstrument(anthropic: unknown): void };
}

const NAME = '@traceloop/instrumentation-anthropic';

export const contender: Contender = {
  client: 'anthropic',
  title: 'OpenLLMetry (Traceloop)',
  kind: 'rival',
  package: NAME,
  names: ['AnthropicInstrumentation'],
  note: 'fails with the SDK since 1.0, for it patches `Completions`, which is gone; measured with an empty one in its place',
  async setUp() {
    registerTelemetry();
    const anthropic = await load<AnthropicModule>('@anthropic-ai/sdk');
    const { AnthropicInstrumentation } = await load<Module>(NAME);
    const Completions = class {
      create(): void {}
    };
    Object.assign(anthropic.Anthropic, { Completions });
    new AnthropicInstrumentation({ traceContent: false }).manuallyInstrument(anthropic);
    return (settings) => new anthropic.Anthropic({ ...settings, ...SILENT });
  },
};
