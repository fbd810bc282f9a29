import type { Anthropic } from '@anthropic-ai/sdk';
import { load } from '../../rivals/load.ts';
import type { Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';

interface Module {
  Anthropic: new (options: object) => Anthropic;
}

interface Client {
  PostHog: new (key: string, options: object) => object;
}

export const contender: Contender = {
  client: 'anthropic',
  title: 'PostHog',
  kind: 'rival',
  package: '@posthog/ai',
  entry: '@posthog/ai/anthropic',
  names: ['Anthropic'],
  async setUp() {
    const { Anthropic } = await load<Module>('@posthog/ai/anthropic');
    const { PostHog } = await load<Client>('posthog-node');
    const posthog = new PostHog('phc_benchmarks', { disabled: true, privacyMode: true });
    return (settings) => new Anthropic({ ...settings, ...SILENT, posthog });
  },
};
