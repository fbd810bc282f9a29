import type { Anthropic } from '@anthropic-ai/sdk';
import { load } from '../../rivals/load.ts';
import type { AnthropicModule, Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';

interface Module {
  init(options: object): void;
  instrumentAnthropicAiClient(client: Anthropic, options: object): Anthropic;
}

const idleTransport = () => ({ send: async () => ({}), flush: async () => true });

export const contender: Contender = {
  client: 'anthropic',
  title: 'Sentry',
  kind: 'rival',
  package: '@sentry/node',
  names: ['init', 'instrumentAnthropicAiClient'],
  async setUp() {
    const { Anthropic } = await load<AnthropicModule>('@anthropic-ai/sdk');
    const { init, instrumentAnthropicAiClient } = await load<Module>('@sentry/node');
    init({ dsn: 'https://key@127.0.0.1/1', tracesSampleRate: 1, defaultIntegrations: false, transport: idleTransport });
    const options = { recordInputs: false, recordOutputs: false };
    return (settings) => instrumentAnthropicAiClient(new Anthropic({ ...settings, ...SILENT }), options);
  },
};
