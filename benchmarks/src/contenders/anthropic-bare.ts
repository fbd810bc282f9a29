import { Anthropic } from '@anthropic-ai/sdk';
import type { Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';

export const contender: Contender = {
  client: 'anthropic',
  title: 'bare @anthropic-ai/sdk',
  kind: 'reference',
  note: 'against a second copy of itself, its own tracing off: what is left is noise',
  setUp: async () => (settings) => new Anthropic({ ...settings, ...SILENT }),
};
