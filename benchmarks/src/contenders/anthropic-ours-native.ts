import { Anthropic } from '@anthropic-ai/sdk';
import { wrapAnthropic } from '@grump/llm-otel-anthropic';
import type { Contender } from '../contender.ts';
import { registerAll } from '../workload/telemetry.ts';

export const contender: Contender = {
  client: 'anthropic',
  title: 'ours, on the SDK’s own spans',
  kind: 'ours',
  note: 'the SDK’s own tracing on, as it is by default: it makes the span, ours are the attributes and the metrics',
  async setUp() {
    registerAll();
    return (settings) => wrapAnthropic(new Anthropic(settings));
  },
};
