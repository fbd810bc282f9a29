import type OpenAI from 'openai';
import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';
import { registerTelemetry } from '../workload/telemetry.ts';

interface Module {
  observeOpenAI(client: OpenAI): OpenAI;
}

export const contender: Contender = {
  title: 'Langfuse',
  kind: 'rival',
  package: '@langfuse/openai',
  names: ['observeOpenAI'],
  async setUp() {
    registerTelemetry();
    const { OpenAI } = await load<OpenAIModule>('openai');
    const { observeOpenAI } = await load<Module>('@langfuse/openai');
    return (options) => observeOpenAI(new OpenAI(options));
  },
};
