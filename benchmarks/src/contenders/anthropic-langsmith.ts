import type { Anthropic } from '@anthropic-ai/sdk';
import { load } from '../../rivals/load.ts';
import type { AnthropicModule, Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';

interface Module {
  wrapAnthropic(client: Anthropic, options: object): Anthropic;
}

/** Takes the runs and sends nothing. */
const idleClient = { createRun: async () => {}, updateRun: async () => {} };

export const contender: Contender = {
  client: 'anthropic',
  title: 'LangSmith',
  kind: 'rival',
  package: 'langsmith',
  entry: 'langsmith/wrappers/anthropic',
  names: ['wrapAnthropic'],
  async setUp() {
    const { Anthropic } = await load<AnthropicModule>('@anthropic-ai/sdk');
    const { wrapAnthropic } = await load<Module>('langsmith/wrappers/anthropic');
    const options = { client: idleClient, tracingEnabled: true };
    return (settings) => wrapAnthropic(new Anthropic({ ...settings, ...SILENT }), options);
  },
};
