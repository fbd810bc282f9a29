import { OpenAI } from 'openai';
import type { Contender } from '../contender.ts';
import { observeChat } from '../workload/observe.ts';

const seen = { chunks: 0 };
const observer = (step: IteratorResult<unknown>): void => {
  if (!step.done) seen.chunks += 1;
};

export const contender: Contender = {
  title: 'cheapest possible observer',
  kind: 'reference',
  note: 'sees each chunk and measures nothing',
  setUp: async () => (options) => observeChat(new OpenAI(options), (call) => ({ answer: call(), observer })),
};
