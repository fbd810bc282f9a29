import { type MeterProvider, metrics } from '@opentelemetry/api';
import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';
import { registerTelemetry } from '../workload/telemetry.ts';

interface Patch {
  patch(openai: OpenAIModule): void;
}

interface Module {
  OpenAIInstrumentation: new () => { init(): readonly Patch[]; setMeterProvider(provider: MeterProvider): void };
}

const NAME = '@opentelemetry/instrumentation-openai';

export const contender: Contender = {
  title: 'OpenTelemetry contrib',
  kind: 'rival',
  package: NAME,
  names: ['OpenAIInstrumentation'],
  note: 'its range ends before `openai` 7; forced',
  async setUp() {
    registerTelemetry();
    const openai = await load<OpenAIModule>('openai');
    const { OpenAIInstrumentation } = await load<Module>(NAME);
    const instrumentation = new OpenAIInstrumentation();
    instrumentation.setMeterProvider(metrics.getMeterProvider());
    for (const { patch } of instrumentation.init()) patch(openai);
    return (options) => new openai.OpenAI(options);
  },
};
