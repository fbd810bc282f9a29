import type { Call } from './call';
import type { CallRecorder } from './call-hooks';
import { NEVER, secondsBetween } from './clock';
import { withCost } from './cost';
import { claim, defer } from './deferred';
import { Ended } from './ended';
import { GapPoint, replay } from './gaps';
import { recordGenAi, recordGenAiUsage } from './gen-ai';
import { warnFault } from './guard';
import { cut } from './models';
import type { Pipeline } from './pipeline';
import { isInTable } from './prices/lazy';
import { enterShared } from './prices/shared-time';
import type { Series } from './series';
import { endSpan } from './span';

/** The series that a call belongs to. */
export const seriesOf = ({ watch, model, method, endpoint }: Call, pipeline: Pipeline): Series =>
  watch.series(model, method.operation, endpoint, pipeline);

/** After so many responses in a row without rate limits, only every so many are looked at: reading a header costs. */
const LIMITLESS = 8;
const LIMITLESS_STEP = 32;

/** Turns an ended call into numbers and ends its span. */
export const recorder: CallRecorder<Call> = {
  ended(call, outcome, errorType, error) {
    const { pipeline } = call.watch;
    if (call.inFlight !== undefined) call.inFlight.value -= 1;
    if (outcome === 'ok' || call.firstChunk !== NEVER || isInTable(call)) pipeline.models.confirm(call.model);
    const series = seriesOf(call, pipeline);
    call.facts.responseModel = cut(call.facts.responseModel);
    const points = series.points(outcome, errorType, call.facts.responseModel);
    const ended = new Ended(call, pipeline, series, points, outcome, errorType);
    for (const part of call.method.fetches ? FETCH_PARTS : PARTS) runPart(part, ended);
    endSpan(call, outcome, errorType, error);
  },

  responded(call) {
    const { watch } = call;
    watch.limitless += 1;
    if (watch.limitless > LIMITLESS && watch.limitless % LIMITLESS_STEP !== 0) return;
    const requests = numberOf(call.headers?.get('x-ratelimit-remaining-requests'));
    const tokens = numberOf(call.headers?.get('x-ratelimit-remaining-tokens'));
    if (requests === undefined && tokens === undefined) return;
    watch.limitless = 0;
    const series = seriesOf(call, watch.pipeline);
    if (requests !== undefined) series.limit('requests').value = requests;
    if (tokens !== undefined) series.limit('tokens').value = tokens;
  },

  startGaps(call, stream) {
    const { pipeline } = call.watch;
    stream.gapsProduced = pipeline.produced;
    stream.gaps = stream.gapsProduced ? seriesOf(call, pipeline).gaps(cut(call.facts.responseModel)) : new GapPoint();
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

function recordRequest(ended: Ended): void {
  const { call, points } = ended;
  const duration = secondsBetween(call.startedAt, call.endedAt);
  points.requests.value += 1;
  ended.record('requestDuration', duration, points.ended);
  if (call.stream !== undefined) ended.record('streamDuration', duration, points.ended);
}

function recordStream(ended: Ended): void {
  const { call, series } = ended;
  const { startedAt, stream, facts } = call;
  if (stream === undefined) return;
  const { firstToken, firstOutputToken, lastToken } = stream;
  const { labels } = series;
  if (firstToken !== NEVER) ended.record('timeToFirstToken', secondsBetween(startedAt, firstToken), labels);
  if (firstOutputToken !== NEVER) {
    ended.record('timeToFirstOutputToken', secondsBetween(startedAt, firstOutputToken), labels);
  }
  const generation = secondsBetween(firstToken, lastToken);
  const following = (facts.usage?.output ?? 0) - 1;
  if (firstToken !== NEVER && following > 0 && generation > 0) {
    ended.record('timePerOutputToken', generation / following, labels);
    ended.record('tokensPerSecond', following / generation, labels);
  }
  if (stream.gaps !== undefined && !stream.gapsProduced) replayGaps(stream.gaps, ended);
}

function replayGaps(gaps: GapPoint, ended: Ended): void {
  const { call, pipeline, series, points } = ended;
  replay(gaps.tokenGaps(), (gap) => ended.record('interTokenLatency', gap, series.labels));
  for (const key of pipeline.chunkKeys(call.watch.profile)) {
    replay(gaps.chunkGaps(), (gap) => ended.record(key, gap, points.genAi));
  }
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

export function recordUsage({ call, points, outcome }: Ended): void {
  const { usage, deferred } = call.facts;
  if (usage === undefined) {
    if (deferred) defer(call);
    else if (outcome === 'ok' && !call.method.unmetered) points.perCall('usageMissing').value += 1;
    return;
  }
  if (usage.input !== undefined) points.perModel('tokens', 'type', 'input').value += usage.input;
  if (usage.output !== undefined) points.perModel('tokens', 'type', 'output').value += usage.output;
  if (usage.audioSeconds) points.perModel('audioSeconds').value += usage.audioSeconds;
  for (const { part, type } of DETAILS) {
    const count = usage[part];
    if (count) points.perModel('tokenDetails', 'type', type).value += count;
  }
}

export function recordCost({ call, points }: Ended): void {
  withCost(call, (cost) => {
    if (cost !== undefined) points.perModel('cost', 'source', cost.source).value += cost.usd;
    else if (call.facts.usage !== undefined) points.perModel('unpricedRequests').value += 1;
  });
}

/** Tokens are those of the call that had them generated, and count under the model and operation of that. */
function recordFetched({ call }: Ended): void {
  const { facts } = call;
  const { complete, usage, cost, responseModel, serviceTier } = facts;
  facts.usage = undefined;
  const origin = complete ? claim(call) : undefined;
  if (origin === undefined || (usage === undefined && facts.status !== 'completed')) return;
  Object.assign(origin.facts, { usage, cost, responseModel, serviceTier });
  origin.endedAt = origin.startedAt;
  const { pipeline, options } = origin.watch;
  if (options.pricing !== undefined) enterShared(origin, options.pricing);
  const series = seriesOf(origin, pipeline);
  const late = new Ended(origin, pipeline, series, series.points('ok', undefined, responseModel), 'ok', undefined);
  for (const part of [recordUsage, recordCost, recordGenAiUsage]) runPart(part, late);
}

const PARTS = [recordRequest, recordStream, recordUsage, recordCost, recordGenAi];
const FETCH_PARTS = [recordRequest, recordFetched, recordStream, recordGenAi];
