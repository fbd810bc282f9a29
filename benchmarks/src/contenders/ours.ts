import { wrapOpenAI } from '@grump/llm-otel-openai';
import { OpenAI } from 'openai';
import type { Contender } from '../contender.ts';
import { registerAll } from '../workload/telemetry.ts';

export const contender: Contender = {
  title: 'ours',
  kind: 'ours',
  package: '@grump/llm-otel-openai',
  names: ['wrapOpenAI'],
  note: 'as `register()` sets it up: a span, and all metrics by the metric producer',
  async setUp() {
    registerAll();
    return (options) => wrapOpenAI(new OpenAI(options));
  },
};
