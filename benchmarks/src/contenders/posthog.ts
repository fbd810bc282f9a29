import type OpenAI from 'openai';
import { load } from '../../rivals/load.ts';
import type { Contender } from '../contender.ts';

interface Module {
  OpenAI: new (options: object) => OpenAI;
}

interface Client {
  PostHog: new (key: string, options: object) => object;
}

export const contender: Contender = {
  title: 'PostHog',
  kind: 'rival',
  package: '@posthog/ai',
  entry: '@posthog/ai/openai',
  names: ['OpenAI'],
  note: 'its range ends before `openai` 7',
  async setUp() {
    const { OpenAI } = await load<Module>('@posthog/ai/openai');
    const { PostHog } = await load<Client>('posthog-node');
    const posthog = new PostHog('phc_benchmarks', { disabled: true, privacyMode: true });
    return (options) => new OpenAI({ ...options, posthog });
  },
};
