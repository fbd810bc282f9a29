import { wrapOpenAI } from '@grump/llm-otel-openai';
import { OpenAI } from 'openai';
import type { Contender } from '../contender.ts';
import { registerTelemetry } from '../workload/telemetry.ts';

export const contender: Contender = {
  title: 'ours, without the metric producer',
  kind: 'ours',
  note: 'the gaps are recorded through the API when a stream ends',
  async setUp() {
    registerTelemetry();
    return (options) => wrapOpenAI(new OpenAI(options));
  },
};
