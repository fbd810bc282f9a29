import type { Attributes } from '@opentelemetry/api';
import { NEVER } from './call';
import { secondsBetween } from './clock';
import type { Ended } from './ended';
import type { Usage } from './types';

const INFERENCE = new Set(['chat', 'text_completion', 'generate_content']);

/** Records the GenAI conventions' instruments, by the names of the call's profile. */
export function recordGenAi(ended: Ended): void {
  const { call, series, outcome, errorType, record } = ended;
  const { profile } = call.watch;
  if (profile === 'off') return;
  const isInference = INFERENCE.has(call.method.operation);
  const duration = secondsBetween(call.startedAt, call.endedAt);
  const failed = outcome === 'error' ? errorType : outcome === 'truncated' ? outcome : undefined;
  const { responseModel } = call.facts;
  const attributes = series.genAi(responseModel, failed);
  if (profile !== 'v1.41' && isInference) record('inferenceDuration', duration, attributes);
  if (profile !== 'latest' || !isInference) record('operationDuration', duration, attributes);
  const model = series.genAi(responseModel);
  if (call.firstChunk !== NEVER) recordFirstChunk(ended, model);
  if (call.facts.usage !== undefined && isInference) recordGenAiUsage(ended, call.facts.usage, model);
}

function recordFirstChunk({ call, record }: Ended, attributes: Attributes): void {
  const { profile } = call.watch;
  const time = secondsBetween(call.startedAt, call.firstChunk);
  if (profile !== 'v1.41') record('inferenceTimeToFirstChunk', time, attributes);
  if (profile !== 'latest') record('operationTimeToFirstChunk', time, attributes);
}

const COUNTERS = [
  { part: 'input', key: 'usageInputTokens' },
  { part: 'output', key: 'usageOutputTokens' },
  { part: 'cacheRead', key: 'usageCacheRead' },
  { part: 'cacheWrite', key: 'usageCacheWrite' },
  { part: 'reasoning', key: 'usageReasoning' },
] as const;

function recordGenAiUsage({ call, series, record }: Ended, usage: Usage, attributes: Attributes): void {
  const { profile } = call.watch;
  if (profile !== 'v1.41') {
    for (const { part, key } of COUNTERS) {
      const count = usage[part];
      if (count) series.genAiUsage(key, call.facts.responseModel).value += count;
    }
    if (usage.input !== undefined) record('inferenceInputTokens', usage.input, attributes);
    if (usage.output !== undefined) record('inferenceOutputTokens', usage.output, attributes);
  }
  if (profile === 'latest') return;
  if (usage.input !== undefined) record('tokenUsage', usage.input, { ...attributes, 'gen_ai.token.type': 'input' });
  if (usage.output !== undefined) record('tokenUsage', usage.output, { ...attributes, 'gen_ai.token.type': 'output' });
}
