import { wrapOpenAI } from '@grump/llm-otel-openai';
import { OpenAI } from 'openai';
import type { Contender } from '../contender.ts';

export const contender: Contender = {
  title: 'ours, nothing registered',
  kind: 'ours',
  setUp: async () => (options) => wrapOpenAI(new OpenAI(options)),
};
