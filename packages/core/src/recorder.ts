import type { Call } from './call';
import type { CallRecorder } from './call-hooks';
import { NEVER, toSeconds } from './clock';
import { withCost } from './cost';
import { claim, defer } from './deferred';
import { Ended } from './ended';
import type { GapPoint } from './gaps';
import { recordGenAi, recordGenAiUsage } from './gen-ai';
import { quietly, warnFault } from './guard';
import { cut } from './models';
import type { Pipeline } from './pipeline';
import { isInTable } from './prices/lazy';
import { enterShared } from './prices/shared-time';
import { adoptHeaders } from './response';
import { endWithRetries } from './retries';
import type { Series } from './series';
import { recordServer } from './server/lazy';
import { describeSpan } from './span';
import { secondsPerOutputToken } from './stream-speed';
import { summaryOf } from './summary-lazy';
import type { Cost } from './types';
import { LIMITS } from './wanted-headers';

/** The series that a call belongs to. */
export const seriesOf = ({ watch, model, method, endpoint }: Call, pipeline: Pipeline): Series =>
  watch.series(model, method.operation, endpoint, pipeline);

/** Turns an ended call into numbers and ends its span. */
export const recorder: CallRecorder<Call> = {
  ended(call, outcome, errorType, error) {
    const { pipeline, options } = call.watch;
    if (call.inFlight !== undefined) call.inFlight.value -= 1;
    if (outcome === 'ok' || call.firstChunk !== NEVER || isInTable(call)) {
      pipeline.models.confirm(call.model, options.models);
    }
    const series = seriesOf(call, pipeline);
    if (error !== undefined) readHeadersOfError(call, error);
    call.facts.responseModel = cut(call.facts.responseModel);
    const points = series.points(outcome, errorType, call.facts.responseModel);
    const ended = new Ended(call, pipeline, series, points, outcome, errorType, error);
    for (const part of call.method.fetches ? FETCH_PARTS : PARTS) runPart(part, ended);
  },

  responded(call) {
    const { watch, headers, endpoint } = call;
    if (headers === undefined) return;
    const limits = endpoint.quirks?.limits ?? LIMITS;
    watch.sent.look(headers, endpoint.quirks);
    const requests = numberOf(watch.sent.read(headers, limits[0]));
    const tokens = numberOf(watch.sent.read(headers, limits[1]));
    if (requests === undefined && tokens === undefined) return;
    const series = seriesOf(call, watch.pipeline);
    if (requests !== undefined) series.limit('requests').value = requests;
    if (tokens !== undefined) series.limit('tokens').value = tokens;
  },

  startGaps(call, stream) {
    const { pipeline } = call.watch;
    stream.gapsProduced = pipeline.produced;
    const series = seriesOf(call, pipeline);
    stream.gaps = series.gaps(cut(call.facts.responseModel), stream.gapsProduced);
  },
};

function readHeadersOfError(call: Call, error: unknown): void {
  quietly('response headers', () => adoptHeaders(call, error) && recorder.responded(call));
}

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
  const duration = toSeconds(call.duration);
  ended.count(points.requests, 1);
  ended.record('requestDuration', duration, points.ended);
  if (call.stream !== undefined) ended.record('streamDuration', duration, points.ended);
}

function recordStream(ended: Ended): void {
  const { call, pipeline, series, points } = ended;
  const { stream, facts } = call;
  if (stream === undefined) return;
  const { firstToken, firstOutputToken } = stream;
  const { labels } = series;
  if (firstToken !== NEVER) ended.record('timeToFirstToken', toSeconds(firstToken), labels);
  if (firstOutputToken !== NEVER) {
    ended.record('timeToFirstOutputToken', toSeconds(firstOutputToken), labels);
  }
  const perToken = secondsPerOutputToken(stream, facts.usage);
  if (perToken !== undefined) {
    ended.record('timePerOutputToken', perToken, labels);
    ended.record('tokensPerSecond', 1 / perToken, labels);
  }
  ended.exemplars?.takeGaps(stream, labels, points.genAi, pipeline.chunkKeys(call.watch.profile));
  if (stream.gaps !== undefined && !stream.gapsProduced) replayGaps(stream.gaps, ended);
}

/** Those of other streams of the series too, as far as they have come. */
function replayGaps(gaps: GapPoint, ended: Ended): void {
  const { call, pipeline, series, points } = ended;
  const keys = pipeline.chunkKeys(call.watch.profile);
  gaps.flush(
    (gap) => ended.record('interTokenLatency', gap, series.labels),
    (gap) => {
      for (const key of keys) ended.record(key, gap, points.genAi);
    },
  );
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

export function recordUsage(ended: Ended): void {
  const { call, points, outcome } = ended;
  const { usage, deferred } = call.facts;
  if (usage === undefined) {
    if (deferred) defer(call);
    else if (outcome === 'ok' && !call.method.unmetered) ended.count(points.perCall('usageMissing'), 1);
    return;
  }
  if (usage.input !== undefined) ended.count(points.perModel('tokens', 'type', 'input'), usage.input);
  if (usage.output !== undefined) ended.count(points.perModel('tokens', 'type', 'output'), usage.output);
  if (usage.audioSeconds) ended.count(points.perModel('audioSeconds'), usage.audioSeconds);
  for (const { part, type } of DETAILS) {
    const count = usage[part];
    if (count) ended.count(points.perModel('tokenDetails', 'type', type), count);
  }
  for (const tool in usage.serverTools) {
    ended.count(points.perModel('serverTools', 'tool', tool), usage.serverTools[tool]!);
  }
}

function recordSpan(ended: Ended): void {
  const { call, outcome, errorType, error } = ended;
  describeSpan(call, outcome, errorType, error);
  endWithRetries(ended, error);
}

/** Records what a call cost, and hands it to `tell`. */
export function recordCost(ended: Ended, tell?: (cost: Cost | undefined) => void): void {
  const { call, points } = ended;
  withCost(call, (cost) => {
    if (cost !== undefined) ended.count(points.perModel('cost', 'source', cost.source), cost.usd);
    else if (call.facts.usage !== undefined) ended.count(points.perModel('unpricedRequests'), 1);
    tell?.(cost);
  });
}

// Last: functions of the user's run here, which find the call recorded.
const recordCostLast = (ended: Ended): void => recordCost(ended, summaryOf(ended));

/** What a fetch brought are tokens of another call. */
function withholdUsage(ended: Ended): void {
  const { facts } = ended.call;
  ended.fetched = facts.usage;
  facts.usage = undefined;
}

/** Tokens are those of the call that had them generated, and count under the model and operation of that. */
function recordFetched(ended: Ended): void {
  const { call, fetched: usage } = ended;
  const { complete, cost, responseModel, serviceTier, status } = call.facts;
  const origin = complete ? claim(call) : undefined;
  if (origin === undefined || (usage === undefined && status !== 'completed')) {
    ended.fetched = undefined;
    summaryOf(ended)?.(undefined);
    return;
  }
  Object.assign(origin.facts, { usage, cost, responseModel, serviceTier });
  origin.duration = 0;
  const { pipeline, options } = origin.watch;
  if (options.pricing !== undefined) enterShared(origin, options.pricing);
  const series = seriesOf(origin, pipeline);
  const points = series.points('ok', undefined, responseModel);
  const late = new Ended(origin, pipeline, series, points, 'ok', undefined, undefined);
  const recordCostOfBoth = (): void => recordCost(late, summaryOf(ended));
  for (const part of [recordUsage, recordGenAiUsage, recordCostOfBoth]) runPart(part, late);
}

const PARTS = [recordRequest, recordStream, recordUsage, recordGenAi, recordServer, recordSpan, recordCostLast];
const FETCH_PARTS = [withholdUsage, recordRequest, recordStream, recordGenAi, recordSpan, recordFetched];
