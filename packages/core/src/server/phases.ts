import { SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import type { Call } from '../call';
import { NEVER } from '../clock';
import { spanTime } from '../span-time';
import type { ServerTimes } from './times';

/** A part of a call, in milliseconds of the monotonic clock. */
export interface Phase {
  readonly name: 'queue' | 'prefill' | 'decode';
  readonly start: number;
  readonly end: number;
}

const millis = (seconds: number | undefined): number => (seconds === undefined ? 0 : Math.max(seconds, 0) * 1000);

/**
 * Where the server's phases lie inside a call. Only their lengths are known: the server's clock is not ours. They follow each
 * other, and decoding begins with the first token, or as late as lets it end with the call. What is left at either end is
 * the network, retries and the client; nothing reaches beyond the call.
 */
export function placePhases(
  { startedAt, endedAt }: Pick<Call, 'startedAt' | 'endedAt'>,
  firstToken: number = NEVER,
  times: ServerTimes,
): Phase[] {
  const latest = endedAt - millis(times.decodeSeconds);
  const decode = firstToken === NEVER ? latest : Math.min(firstToken, latest);
  const prefill = decode - millis(times.prefillSeconds);
  const queue = prefill - millis(times.queueSeconds);
  const inside = (time: number): number => Math.min(Math.max(time, startedAt), endedAt);
  const phase = (name: Phase['name'], seconds: number | undefined, start: number, end: number): Phase[] =>
    seconds === undefined ? [] : [{ name, start: inside(start), end: inside(end) }];
  return [
    ...phase('queue', times.queueSeconds, queue, prefill),
    ...phase('prefill', times.prefillSeconds, prefill, decode),
    ...phase('decode', times.decodeSeconds, decode, decode + millis(times.decodeSeconds)),
  ];
}

/** Puts the phases under the call's span, if that is sampled. The span may have ended: its context is what counts. */
export function startPhases(call: Call, firstToken: number | undefined, times: ServerTimes): void {
  const flags = trace.getSpanContext(call.context)?.traceFlags ?? TraceFlags.NONE;
  if (call.span === undefined || (flags & TraceFlags.SAMPLED) === 0) return;
  for (const { name, start, end } of placePhases(call, firstToken, times)) {
    const startTime = spanTime(call, start);
    call.watch.tracer.startSpan(name, { kind: SpanKind.INTERNAL, startTime }, call.context).end(spanTime(call, end));
  }
}
