import type OpenAI from 'openai';
import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';

interface Module {
  wrapOpenAI(client: OpenAI, options: object): OpenAI;
}

export const contender: Contender = {
  title: 'LangSmith, tracing off',
  kind: 'reference',
  note: 'measures nothing',
  async setUp() {
    const { OpenAI } = await load<OpenAIModule>('openai');
    const { wrapOpenAI } = await load<Module>('langsmith/wrappers');
    return (options) => wrapOpenAI(new OpenAI(options), { tracingEnabled: false });
  },
};
