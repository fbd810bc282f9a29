import { load } from '../../rivals/load.ts';
import type { AnthropicModule, Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';
import { startOpenlit } from '../workload/openlit.ts';

export const contender: Contender = {
  client: 'anthropic',
  title: 'OpenLIT',
  kind: 'rival',
  package: 'openlit',
  names: ['Openlit'],
  async setUp() {
    const anthropic = await load<AnthropicModule>('@anthropic-ai/sdk');
    await startOpenlit({ anthropic });
    return (settings) => new anthropic.Anthropic({ ...settings, ...SILENT });
  },
};
