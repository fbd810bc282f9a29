import { OpenAI } from 'openai';
import type { Contender } from '../contender.ts';

export const contender: Contender = {
  title: 'bare openai',
  kind: 'reference',
  note: 'against a second copy of itself: what is left is noise',
  setUp: async () => (options) => new OpenAI(options),
};
