import { OpenAI } from 'openai';
import type { Contender } from '../contender.ts';
import { observeCreate } from '../workload/observe.ts';
import { seeChunks } from '../workload/references.ts';

export const contender: Contender = {
  title: 'cheapest possible observer',
  kind: 'reference',
  note: 'sees each chunk and measures nothing',
  async setUp() {
    return (settings) => {
      const client = new OpenAI(settings);
      observeCreate(client.chat.completions, seeChunks);
      return client;
    };
  },
};
