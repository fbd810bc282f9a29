import { Anthropic } from '@anthropic-ai/sdk';
import { wrapAnthropic } from '@grump/llm-otel-anthropic';
import type { Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';

export const contender: Contender = {
  client: 'anthropic',
  title: 'ours, nothing registered',
  kind: 'ours',
  setUp: async () => (settings) => wrapAnthropic(new Anthropic({ ...settings, ...SILENT })),
};
