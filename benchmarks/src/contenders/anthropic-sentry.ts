import type { Anthropic } from '@anthropic-ai/sdk';
import { load } from '../../rivals/load.ts';
import type { AnthropicModule, Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';
import { SENTRY_OPTIONS, startSentry } from '../workload/sentry.ts';

interface Module {
  instrumentAnthropicAiClient(client: Anthropic, options: object): Anthropic;
}

export const contender: Contender = {
  client: 'anthropic',
  title: 'Sentry',
  kind: 'rival',
  package: '@sentry/node',
  names: ['init', 'instrumentAnthropicAiClient'],
  async setUp() {
    const { Anthropic } = await load<AnthropicModule>('@anthropic-ai/sdk');
    const { instrumentAnthropicAiClient } = await startSentry<Module>();
    return (settings) => instrumentAnthropicAiClient(new Anthropic({ ...settings, ...SILENT }), SENTRY_OPTIONS);
  },
};
