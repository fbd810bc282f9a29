import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import { type Call, type CallRecorder, NEVER } from './call';
import type { InstrumentKey } from './catalogue';
import { costOf } from './cost';
import { errorMessage } from './errors';
import { GapPoint, replay } from './gaps';
import type { Pipeline } from './pipeline';
import type { Series } from './series';
import { endAttributes } from './span';
import type { Outcome, ResponseHeaders, Usage } from './types';

const INFERENCE = new Set(['chat', 'text_completion', 'generate_content']);

interface Ended {
  readonly call: Call;
  readonly pipeline: Pipeline;
  readonly series: Series;
  readonly outcome: Outcome;
  readonly errorType: string | undefined;
  record(key: InstrumentKey, value: number, attributes: Attributes): void;
}

/** The series that a call belongs to as things stand: the provider may have changed, or the model been confirmed. */
export function seriesOf(call: Call, pipeline: Pipeline): Series {
  return pipeline.series(call.watch.endpoint, call.method.operation, pipeline.models.label(call.model));
}

/** Turns an ended call into numbers and ends its span. */
export const recorder: CallRecorder = {
  ended(call, outcome, errorType, error) {
    const { pipeline } = call.watch;
    if (call.inFlight !== undefined) call.inFlight.value -= 1;
    if (outcome === 'ok' || call.firstChunk !== NEVER) pipeline.models.confirm(call.model);
    const series = seriesOf(call, pipeline);
    const record = (key: InstrumentKey, value: number, attributes: Attributes) =>
      pipeline.histogram(key).record(value, attributes, call.context);
    const ended = { call, pipeline, series, outcome, errorType, record };
    recordRequest(ended);
    if (call.isStream) recordStream(ended);
    recordUsage(ended);
    recordCost(ended);
    recordGenAi(ended);
    endSpan(ended, error);
  },

  responded(call) {
    for (const [kind, names] of RATE_LIMITS) {
      const left = firstNumber(call.headers, names);
      if (left !== undefined)
        seriesOf(call, call.watch.pipeline).perModel('rateLimitRemaining', 'kind', kind).value = left;
    }
  },

  gaps(call) {
    const { pipeline } = call.watch;
    if (!pipeline.produced) return new GapPoint();
    call.gapsProduced = true;
    return seriesOf(call, pipeline).gaps(call.facts.responseModel);
  },
};

const RATE_LIMITS = [
  ['requests', ['x-ratelimit-remaining-requests']],
  ['tokens', ['x-ratelimit-remaining-tokens']],
] as const;

function firstNumber(headers: ResponseHeaders | undefined, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = headers?.get(name);
    if (value !== null && value !== undefined && value !== '' && Number.isFinite(Number(value))) return Number(value);
  }
  return undefined;
}

const seconds = (from: number, to: number): number => Math.max(0, to - from) / 1000;

function recordRequest({ call, series, outcome, errorType, record }: Ended): void {
  const { attributes, requests } = series.ending(outcome, errorType);
  requests.value += 1;
  record('requestDuration', seconds(call.startedAt, call.endedAt), attributes);
  if (call.isStream) record('streamDuration', seconds(call.startedAt, call.endedAt), attributes);
}

function recordStream({ call, pipeline, series, record }: Ended): void {
  const { startedAt, firstToken, firstOutputToken, lastToken, facts } = call;
  if (firstToken !== NEVER) record('timeToFirstToken', seconds(startedAt, firstToken), series.labels);
  if (firstOutputToken !== NEVER) record('timeToFirstOutputToken', seconds(startedAt, firstOutputToken), series.labels);
  const generation = seconds(firstToken, lastToken);
  const following = (facts.usage?.output ?? 0) - 1;
  if (firstToken !== NEVER && following > 0 && generation > 0) {
    record('timePerOutputToken', generation / following, series.labels);
    record('tokensPerSecond', following / generation, series.labels);
  }
  if (call.gaps !== undefined && !call.gapsProduced) replayGaps(call.gaps, call, pipeline, series, record);
}

function replayGaps(gaps: GapPoint, call: Call, pipeline: Pipeline, series: Series, record: Ended['record']): void {
  const genAi = series.genAi(call.facts.responseModel);
  replay(gaps.tokenGaps(), (gap) => record('interTokenLatency', gap, series.labels));
  for (const key of pipeline.chunkKeys(call.watch.profile)) replay(gaps.chunkGaps(), (gap) => record(key, gap, genAi));
}

const DETAILS = [
  ['cacheRead', 'cache_read'],
  ['cacheWrite', 'cache_write'],
  ['reasoning', 'reasoning'],
  ['audioInput', 'audio_input'],
  ['audioOutput', 'audio_output'],
] as const;

function recordUsage({ call, series, outcome }: Ended): void {
  const { usage } = call.facts;
  if (usage === undefined) {
    if (outcome === 'ok') series.perCall('usageMissing').value += 1;
    return;
  }
  if (usage.input !== undefined) series.perModel('tokens', 'type', 'input').value += usage.input;
  if (usage.output !== undefined) series.perModel('tokens', 'type', 'output').value += usage.output;
  for (const [part, type] of DETAILS) {
    const count = usage[part];
    if (count) series.perModel('tokenDetails', 'type', type).value += count;
  }
}

function recordCost({ call, series }: Ended): void {
  const cost = costOf(call);
  if (cost !== undefined) series.perModel('cost', 'source', cost.source).value += cost.usd;
  else if (call.facts.usage !== undefined) series.perModel('unpricedRequests').value += 1;
}

function recordGenAi(ended: Ended): void {
  const { call, series, outcome, errorType, record } = ended;
  const { profile } = call.watch;
  if (profile === 'off') return;
  const isInference = INFERENCE.has(call.method.operation);
  const duration = seconds(call.startedAt, call.endedAt);
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
  const time = seconds(call.startedAt, call.firstChunk);
  if (profile !== 'v1.41') record('inferenceTimeToFirstChunk', time, attributes);
  if (profile !== 'latest') record('operationTimeToFirstChunk', time, attributes);
}

const COUNTERS = [
  ['input', 'usageInputTokens'],
  ['output', 'usageOutputTokens'],
  ['cacheRead', 'usageCacheRead'],
  ['cacheWrite', 'usageCacheWrite'],
  ['reasoning', 'usageReasoning'],
] as const;

function recordGenAiUsage({ call, series, record }: Ended, usage: Usage, attributes: Attributes): void {
  const { profile } = call.watch;
  if (profile !== 'v1.41') {
    for (const [part, key] of COUNTERS) {
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

function endSpan({ call, outcome, errorType }: Ended, error: unknown): void {
  const { span } = call;
  if (span === undefined) return;
  if (span.isRecording()) {
    span.setAttributes(endAttributes(call, outcome, errorType));
    if (outcome === 'error') span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(error) ?? '' });
    if (outcome === 'truncated') span.setStatus({ code: SpanStatusCode.ERROR, message: 'stream ended early' });
  }
  const nanos = Math.round((call.endedAt - call.startedAt) * 1e6) + (call.startedAtEpochMillis % 1000) * 1e6;
  span.end([Math.trunc(call.startedAtEpochMillis / 1000) + Math.trunc(nanos / 1e9), nanos % 1e9]);
}
