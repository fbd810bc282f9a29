import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';
import { registerTelemetry } from '../workload/telemetry.ts';

interface Module {
  OpenAIInstrumentation: new (options: object) => { manuallyInstrument(openai: unknown): void };
}

const NAME = '@arizeai/openinference-instrumentation-openai';

export const contender: Contender = {
  title: 'OpenInference',
  kind: 'rival',
  package: NAME,
  names: ['OpenAIInstrumentation'],
  async setUp() {
    registerTelemetry();
    const { OpenAI } = await load<OpenAIModule>('openai');
    const { OpenAIInstrumentation } = await load<Module>(NAME);
    const traceConfig = { hideInputs: true, hideOutputs: true };
    new OpenAIInstrumentation({ traceConfig }).manuallyInstrument(OpenAI);
    return (options) => new OpenAI(options);
  },
};
