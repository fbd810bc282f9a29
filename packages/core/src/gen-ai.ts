import type { Attributes } from '@opentelemetry/api';
import { NEVER, secondsBetween } from './clock';
import type { Ended } from './ended';
import type { Usage } from './types';

const INFERENCE = new Set(['chat', 'text_completion', 'generate_content']);

/** Records the GenAI conventions' instruments, by the names of the call's profile. */
export function recordGenAi(ended: Ended): void {
  const { call, series, outcome, errorType } = ended;
  const { profile } = call.watch;
  if (profile === 'off') return;
  const isInference = INFERENCE.has(call.method.operation);
  const duration = secondsBetween(call.startedAt, call.endedAt);
  const failed = outcome === 'error' ? errorType : outcome === 'truncated' ? outcome : undefined;
  const { responseModel } = call.facts;
  const attributes = series.genAi(responseModel, failed);
  if (profile !== 'v1.41' && isInference) ended.record('inferenceDuration', duration, attributes);
  if (profile !== 'latest' || !isInference) ended.record('operationDuration', duration, attributes);
  const model = series.genAi(responseModel);
  if (call.firstChunk !== NEVER) recordFirstChunk(ended, model);
  if (call.facts.usage !== undefined && isInference) recordGenAiUsage(ended, call.facts.usage, model);
}

function recordFirstChunk(ended: Ended, attributes: Attributes): void {
  const { startedAt, firstChunk, watch } = ended.call;
  const { profile } = watch;
  const time = secondsBetween(startedAt, firstChunk);
  if (profile !== 'v1.41') ended.record('inferenceTimeToFirstChunk', time, attributes);
  if (profile !== 'latest') ended.record('operationTimeToFirstChunk', time, attributes);
}

const COUNTERS = [
  { part: 'input', key: 'usageInputTokens' },
  { part: 'output', key: 'usageOutputTokens' },
  { part: 'cacheRead', key: 'usageCacheRead' },
  { part: 'cacheWrite', key: 'usageCacheWrite' },
  { part: 'reasoning', key: 'usageReasoning' },
] as const;

function recordGenAiUsage(ended: Ended, usage: Usage, attributes: Attributes): void {
  const { call, series } = ended;
  const { profile } = call.watch;
  if (profile !== 'v1.41') {
    for (const { part, key } of COUNTERS) {
      const count = usage[part];
      if (count) series.genAiUsage(key, call.facts.responseModel).value += count;
    }
    if (usage.input !== undefined) ended.record('inferenceInputTokens', usage.input, attributes);
    if (usage.output !== undefined) ended.record('inferenceOutputTokens', usage.output, attributes);
  }
  if (profile === 'latest') return;
  if (usage.input !== undefined)
    ended.record('tokenUsage', usage.input, { ...attributes, 'gen_ai.token.type': 'input' });
  if (usage.output !== undefined)
    ended.record('tokenUsage', usage.output, { ...attributes, 'gen_ai.token.type': 'output' });
}
