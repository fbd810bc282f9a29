import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';
import { registerTelemetry } from '../workload/telemetry.ts';

interface Module {
  OpenAIInstrumentation: new (options: object) => { manuallyInstrument(openai: unknown): void };
}

const NAME = '@traceloop/instrumentation-openai';

export const contender: Contender = {
  title: 'OpenLLMetry (Traceloop)',
  kind: 'rival',
  package: NAME,
  names: ['OpenAIInstrumentation'],
  note: 'its range ends before `openai` 7; patched by hand',
  async setUp() {
    registerTelemetry();
    const { OpenAI } = await load<OpenAIModule>('openai');
    const { OpenAIInstrumentation } = await load<Module>(NAME);
    new OpenAIInstrumentation({ traceContent: false }).manuallyInstrument(OpenAI);
    return (options) => new OpenAI(options);
  },
};
