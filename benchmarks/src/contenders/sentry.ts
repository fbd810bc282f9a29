import type OpenAI from 'openai';
import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';

interface Module {
  init(options: object): void;
  instrumentOpenAiClient(client: OpenAI, options: object): OpenAI;
}

const idleTransport = () => ({ send: async () => ({}), flush: async () => true });

export const contender: Contender = {
  title: 'Sentry',
  kind: 'rival',
  package: '@sentry/node',
  names: ['init', 'instrumentOpenAiClient'],
  async setUp() {
    const { OpenAI } = await load<OpenAIModule>('openai');
    const { init, instrumentOpenAiClient } = await load<Module>('@sentry/node');
    init({ dsn: 'https://key@127.0.0.1/1', tracesSampleRate: 1, defaultIntegrations: false, transport: idleTransport });
    const options = { recordInputs: false, recordOutputs: false };
    return (clientOptions) => instrumentOpenAiClient(new OpenAI(clientOptions), options);
  },
};
