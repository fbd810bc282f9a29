import { SpanStatusCode } from '@opentelemetry/api';
import { type Call, NEVER } from './call';
import type { CallRecorder } from './call-hooks';
import { secondsBetween } from './clock';
import { costOf } from './cost';
import type { Ended } from './ended';
import { errorMessage } from './errors';
import { GapPoint, replay } from './gaps';
import { recordGenAi } from './gen-ai';
import { quietly, warnFault } from './guard';
import { cut } from './models';
import type { Pipeline } from './pipeline';
import type { Series } from './series';
import { endAttributes } from './span';

/** The series that a call belongs to as things stand: the provider may have changed, or the model been confirmed. */
export function seriesOf(call: Call, pipeline: Pipeline): Series {
  return pipeline.series(call.endpoint, call.method.operation, pipeline.models.label(call.model));
}

/** Turns an ended call into numbers and ends its span. */
export const recorder: CallRecorder<Call> = {
  ended(call, outcome, errorType, error) {
    const { pipeline } = call.watch;
    if (call.inFlight !== undefined) call.inFlight.value -= 1;
    if (outcome === 'ok' || call.firstChunk !== NEVER) pipeline.models.confirm(call.model);
    const series = seriesOf(call, pipeline);
    call.facts.responseModel = cut(call.facts.responseModel);
    const ended: Ended = { call, pipeline, series, outcome, errorType, record: recordWith(call, pipeline) };
    for (const part of PARTS) runPart(part, ended);
    endSpan(ended, error);
  },

  responded(call) {
    const requests = numberOf(call.headers?.get('x-ratelimit-remaining-requests'));
    const tokens = numberOf(call.headers?.get('x-ratelimit-remaining-tokens'));
    if (requests === undefined && tokens === undefined) return;
    const series = seriesOf(call, call.watch.pipeline);
    if (requests !== undefined) series.perModel('rateLimitRemaining', 'kind', 'requests').value = requests;
    if (tokens !== undefined) series.perModel('rateLimitRemaining', 'kind', 'tokens').value = tokens;
  },

  gaps(call) {
    const { pipeline } = call.watch;
    if (!pipeline.produced) return new GapPoint();
    call.gapsProduced = true;
    return seriesOf(call, pipeline).gaps(cut(call.facts.responseModel));
  },
};

/** A header's number; an empty one has none. */
const numberOf = (header: string | null | undefined): number | undefined =>
  header && Number.isFinite(Number(header)) ? Number(header) : undefined;

function runPart(part: (ended: Ended) => void, ended: Ended): void {
  try {
    part(ended);
  } catch (fault) {
    warnFault(part.name, fault);
  }
}

/** One instrument that fails takes no other with it. */
function recordWith(call: Call, pipeline: Pipeline): Ended['record'] {
  return (key, value, attributes) => {
    try {
      pipeline.histogram(key).record(value, attributes, call.context);
    } catch (fault) {
      warnFault('recording a value', fault);
    }
  };
}

function recordRequest({ call, series, outcome, errorType, record }: Ended): void {
  const { attributes, requests } = series.ending(outcome, errorType);
  requests.value += 1;
  record('requestDuration', secondsBetween(call.startedAt, call.endedAt), attributes);
  if (call.isStream) record('streamDuration', secondsBetween(call.startedAt, call.endedAt), attributes);
}

function recordStream({ call, pipeline, series, record }: Ended): void {
  if (!call.isStream) return;
  const { startedAt, firstToken, firstOutputToken, lastToken, facts } = call;
  if (firstToken !== NEVER) record('timeToFirstToken', secondsBetween(startedAt, firstToken), series.labels);
  if (firstOutputToken !== NEVER)
    record('timeToFirstOutputToken', secondsBetween(startedAt, firstOutputToken), series.labels);
  const generation = secondsBetween(firstToken, lastToken);
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
  { part: 'cacheRead', type: 'cache_read' },
  { part: 'cacheWrite', type: 'cache_write' },
  { part: 'reasoning', type: 'reasoning' },
  { part: 'audioInput', type: 'audio_input' },
  { part: 'audioOutput', type: 'audio_output' },
  { part: 'imageInput', type: 'image_input' },
  { part: 'imageOutput', type: 'image_output' },
] as const;

export function recordUsage({ call, series, outcome }: Ended): void {
  const { usage } = call.facts;
  if (usage === undefined) {
    if (outcome === 'ok' && !call.method.unmetered) series.perCall('usageMissing').value += 1;
    return;
  }
  if (usage.input !== undefined) series.perModel('tokens', 'type', 'input').value += usage.input;
  if (usage.output !== undefined) series.perModel('tokens', 'type', 'output').value += usage.output;
  if (usage.audioSeconds) series.perModel('audioSeconds').value += usage.audioSeconds;
  for (const { part, type } of DETAILS) {
    const count = usage[part];
    if (count) series.perModel('tokenDetails', 'type', type).value += count;
  }
}

export function recordCost({ call, series }: Ended): void {
  const cost = costOf(call);
  if (cost !== undefined) series.perModel('cost', 'source', cost.source).value += cost.usd;
  else if (call.facts.usage !== undefined) series.perModel('unpricedRequests').value += 1;
}

const PARTS = [recordRequest, recordStream, recordUsage, recordCost, recordGenAi];

function endSpan({ call, outcome, errorType }: Ended, error: unknown): void {
  const { span } = call;
  if (span === undefined) return;
  quietly('describing a span', () => {
    if (!span.isRecording()) return;
    span.setAttributes(endAttributes(call, outcome, errorType));
    if (outcome === 'error') span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    if (outcome === 'truncated') span.setStatus({ code: SpanStatusCode.ERROR, message: 'stream ended early' });
  });
  const nanos =
    Math.round(secondsBetween(call.startedAt, call.endedAt) * 1e9) + (call.startedAtEpochMillis % 1000) * 1e6;
  span.end([Math.trunc(call.startedAtEpochMillis / 1000) + Math.trunc(nanos / 1e9), nanos % 1e9]);
}

const messageOf = (error: unknown): string => quietly('an error', () => errorMessage(error)) ?? '';
