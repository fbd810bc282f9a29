import type { Anthropic } from '@anthropic-ai/sdk';
import { load } from '../../rivals/load.ts';
import type { AnthropicModule, Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';
import { startBraintrust } from '../workload/braintrust.ts';

interface Module {
  wrapAnthropic(client: Anthropic): Anthropic;
}

export const contender: Contender = {
  client: 'anthropic',
  title: 'Braintrust',
  kind: 'rival',
  package: 'braintrust',
  names: ['wrapAnthropic'],
  async setUp() {
    const { Anthropic } = await load<AnthropicModule>('@anthropic-ai/sdk');
    const { wrapAnthropic } = await startBraintrust<Module>();
    return (settings) => wrapAnthropic(new Anthropic({ ...settings, ...SILENT }));
  },
};
