import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';
import { startOpenlit } from '../workload/openlit.ts';

export const contender: Contender = {
  title: 'OpenLIT',
  kind: 'rival',
  package: 'openlit',
  names: ['Openlit'],
  async setUp() {
    const openai = await load<OpenAIModule>('openai');
    await startOpenlit({ openai });
    return (options) => new openai.OpenAI(options);
  },
};
