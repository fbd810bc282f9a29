import { Anthropic } from '@anthropic-ai/sdk';
import { wrapAnthropic } from '@grump/llm-otel-anthropic';
import type { Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';
import { registerAll } from '../workload/telemetry.ts';

export const contender: Contender = {
  client: 'anthropic',
  title: 'ours',
  kind: 'ours',
  package: '@grump/llm-otel-anthropic',
  names: ['wrapAnthropic'],
  note: 'as `register()` sets it up, the SDK’s own tracing off: a span, and all metrics by the metric producer',
  async setUp() {
    registerAll();
    return (settings) => wrapAnthropic(new Anthropic({ ...settings, ...SILENT }));
  },
};
