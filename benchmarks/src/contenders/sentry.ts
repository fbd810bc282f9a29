import type OpenAI from 'openai';
import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';
import { SENTRY_OPTIONS, startSentry } from '../workload/sentry.ts';

interface Module {
  instrumentOpenAiClient(client: OpenAI, options: object): OpenAI;
}

export const contender: Contender = {
  title: 'Sentry',
  kind: 'rival',
  package: '@sentry/node',
  names: ['init', 'instrumentOpenAiClient'],
  async setUp() {
    const { OpenAI } = await load<OpenAIModule>('openai');
    const { instrumentOpenAiClient } = await startSentry<Module>();
    return (clientOptions) => instrumentOpenAiClient(new OpenAI(clientOptions), SENTRY_OPTIONS);
  },
};
