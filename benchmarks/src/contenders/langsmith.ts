import type OpenAI from 'openai';
import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';

interface Module {
  wrapOpenAI(client: OpenAI, options: object): OpenAI;
}

/** Takes the runs and sends nothing. */
const idleClient = { createRun: async () => {}, updateRun: async () => {} };

export const contender: Contender = {
  title: 'LangSmith',
  kind: 'rival',
  package: 'langsmith',
  entry: 'langsmith/wrappers',
  names: ['wrapOpenAI'],
  async setUp() {
    const { OpenAI } = await load<OpenAIModule>('openai');
    const { wrapOpenAI } = await load<Module>('langsmith/wrappers');
    return (options) => wrapOpenAI(new OpenAI(options), { client: idleClient, tracingEnabled: true });
  },
};
