import { NEVER, toSeconds } from './clock';
import type { Ended } from './ended';

const INFERENCE = new Set(['chat', 'text_completion', 'generate_content']);

/** Records the GenAI conventions' instruments, by the names of the call's profile. */
export function recordGenAi(ended: Ended): void {
  const { call, points } = ended;
  const { profile } = call.watch;
  if (profile === 'off') return;
  const isInference = INFERENCE.has(call.method.operation);
  const duration = toSeconds(call.duration);
  if (profile !== 'v1.41' && isInference) ended.record('inferenceDuration', duration, points.genAiEnded);
  if (profile !== 'latest' || !isInference) ended.record('operationDuration', duration, points.genAiEnded);
  if (call.firstChunk !== NEVER && isInference) recordFirstChunk(ended);
  recordGenAiUsage(ended);
}

function recordFirstChunk(ended: Ended): void {
  const { firstChunk, watch } = ended.call;
  const { genAi } = ended.points;
  const time = toSeconds(firstChunk);
  if (watch.profile !== 'v1.41') ended.record('inferenceTimeToFirstChunk', time, genAi);
  if (watch.profile !== 'latest') ended.record('operationTimeToFirstChunk', time, genAi);
}

const COUNTERS = [
  { part: 'input', key: 'usageInputTokens' },
  { part: 'output', key: 'usageOutputTokens' },
  { part: 'cacheRead', key: 'usageCacheRead' },
  { part: 'cacheWrite', key: 'usageCacheWrite' },
  { part: 'reasoning', key: 'usageReasoning' },
] as const;

/** Records the tokens of an inference, if the server told them. */
export function recordGenAiUsage(ended: Ended): void {
  const { call, points } = ended;
  const { genAi } = points;
  const { profile } = call.watch;
  const { usage } = call.facts;
  if (usage === undefined || profile === 'off' || !INFERENCE.has(call.method.operation)) return;
  if (profile !== 'v1.41') {
    for (const { part, key } of COUNTERS) {
      const count = usage[part];
      if (count) ended.count(points.genAiUsage(key), count);
    }
    if (usage.input !== undefined) ended.record('inferenceInputTokens', usage.input, genAi);
    if (usage.output !== undefined) ended.record('inferenceOutputTokens', usage.output, genAi);
  }
  if (profile === 'latest') return;
  for (const type of ['input', 'output'] as const) {
    const count = usage[type];
    if (count !== undefined) ended.record('tokenUsage', count, { ...genAi, 'gen_ai.token.type': type }, type);
  }
}
