import type OpenAI from 'openai';
import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';
import { startBraintrust } from '../workload/braintrust.ts';

interface Module {
  wrapOpenAI(client: OpenAI): OpenAI;
}

export const contender: Contender = {
  title: 'Braintrust',
  kind: 'rival',
  package: 'braintrust',
  names: ['wrapOpenAI'],
  async setUp() {
    const { OpenAI } = await load<OpenAIModule>('openai');
    const { wrapOpenAI } = await startBraintrust<Module>();
    return (options) => wrapOpenAI(new OpenAI(options));
  },
};
