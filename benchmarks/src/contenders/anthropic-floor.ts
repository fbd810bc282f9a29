import { Anthropic } from '@anthropic-ai/sdk';
import type { Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';
import { observeCreate } from '../workload/observe.ts';
import { seeChunks } from '../workload/references.ts';

export const contender: Contender = {
  client: 'anthropic',
  title: 'cheapest possible observer',
  kind: 'reference',
  note: 'sees each event and measures nothing',
  async setUp() {
    return (settings) => {
      const client = new Anthropic({ ...settings, ...SILENT });
      observeCreate(client.messages, seeChunks);
      return client;
    };
  },
};
