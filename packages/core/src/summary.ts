import type { Call } from './call';
import type { CallSummary } from './call-summary';
import { NEVER, toSeconds } from './clock';
import type { Ended } from './ended';
import { quietly } from './guard';
import { inform } from './inform';
import { cut } from './models';
import { shared } from './pipeline';
import { spanContextOf } from './span-context';
import { secondsPerOutputToken } from './stream-speed';
import type { StreamTimes } from './stream-times';
import type { Cost, ResponseHeaders } from './types';

type Stream = StreamTimes | undefined;
type Headers = ResponseHeaders | undefined;

/** Tells `onCall` of a call that is over. Stream and headers are what the call has let go of since. */
export function tellSummary(ended: Ended, stream: Stream, headers: Headers, cost: Cost | undefined): void {
  const { onCall } = ended.call.watch.options;
  const summary = summarize(ended, stream, headers, cost);
  if (onCall !== undefined) inform('onCall', onCall, summary);
  shared().calls?.ended(summary, ended.call);
}

function summarize(ended: Ended, stream: Stream, headers: Headers, cost: Cost | undefined): CallSummary {
  const { call, outcome, errorType } = ended;
  const { facts, startedAtEpochMillis } = call;
  const usage = facts.usage ?? ended.fetched;
  return {
    provider: call.endpoint.provider,
    operation: call.method.operation,
    model: call.model,
    responseModel: facts.responseModel,
    outcome,
    errorType,
    startedAt: startedAtEpochMillis,
    durationSeconds: toSeconds(call.duration),
    ...timesOf(call, stream),
    usage: usage && { ...usage },
    finishReasons: [...facts.finishReasons],
    cost: cost && { ...cost },
    responseId: facts.responseId,
    requestId: requestIdOf(headers),
    attributes: call.values && { ...call.values.attributes },
    sessionId: call.values?.sessionId,
    userId: call.values?.userId,
    ...spanOf(call),
  };
}

type StreamFigures = Pick<
  CallSummary,
  | 'stream'
  | 'timeToFirstTokenSeconds'
  | 'timeToFirstOutputTokenSeconds'
  | 'timePerOutputTokenSeconds'
  | 'tokensPerSecond'
  | 'maxGapSeconds'
>;

function timesOf({ facts }: Call, stream: Stream): StreamFigures {
  const { firstToken = NEVER, firstOutputToken = NEVER, maxGap = NEVER } = stream ?? {};
  const seconds = (micros: number) => (micros === NEVER ? undefined : toSeconds(micros));
  const perToken = stream && secondsPerOutputToken(stream, facts.usage);
  return {
    stream: stream !== undefined,
    timeToFirstTokenSeconds: seconds(firstToken),
    timeToFirstOutputTokenSeconds: seconds(firstOutputToken),
    timePerOutputTokenSeconds: perToken,
    tokensPerSecond: perToken && 1 / perToken,
    maxGapSeconds: seconds(maxGap),
  };
}

/** OpenAI's and most others', Anthropic's, Azure API Management's, NVIDIA's. A failed call has those of its error. */
const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'apim-request-id', 'nvcf-reqid'];

function requestIdOf(headers: Headers): string | undefined {
  if (headers === undefined) return undefined;
  const found = quietly('response headers', () =>
    REQUEST_ID_HEADERS.map((name) => headers.get(name)).find((id) => typeof id === 'string' && id !== ''),
  );
  return cut(found ?? undefined);
}

function spanOf({ span, context }: Call): Pick<CallSummary, 'traceId' | 'spanId'> {
  const found = span && spanContextOf(context);
  return { traceId: found?.traceId, spanId: found?.spanId };
}
