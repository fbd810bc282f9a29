import { SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import type { Call } from '../call';
import { NEVER } from '../clock';
import { spanTime } from '../span-time';
import type { ServerTimes } from './times';

/** A part of a call, in microseconds since that began. */
export interface Phase {
  readonly name: 'queue' | 'prefill' | 'decode';
  readonly start: number;
  readonly end: number;
}

const micros = (seconds: number | undefined): number =>
  seconds === undefined ? 0 : Math.round(Math.max(seconds, 0) * 1e6);

/**
 * Where the server's phases lie inside a call. Only their lengths are known: the server's clock is not ours. They follow each
 * other, and decoding begins with the first token, or as late as lets it end with the call. What is left at either end is
 * the network, retries and the client; nothing reaches beyond the call.
 */
export function placePhases(duration: number, firstToken: number | undefined, times: ServerTimes): Phase[] {
  const latest = duration - micros(times.decodeSeconds);
  const decode = firstToken === NEVER || firstToken === undefined ? latest : Math.min(firstToken, latest);
  const prefill = decode - micros(times.prefillSeconds);
  const queue = prefill - micros(times.queueSeconds);
  const inside = (time: number): number => Math.min(Math.max(time, 0), duration);
  const phase = (name: Phase['name'], seconds: number | undefined, start: number, end: number): Phase[] =>
    seconds === undefined ? [] : [{ name, start: inside(start), end: inside(end) }];
  return [
    ...phase('queue', times.queueSeconds, queue, prefill),
    ...phase('prefill', times.prefillSeconds, prefill, decode),
    ...phase('decode', times.decodeSeconds, decode, decode + micros(times.decodeSeconds)),
  ];
}

/** Puts the phases under the call's span, if that is sampled. The span may have ended: its context is what counts. */
export function startPhases(call: Call, firstToken: number | undefined, times: ServerTimes): void {
  const flags = trace.getSpanContext(call.context)?.traceFlags ?? TraceFlags.NONE;
  if (call.span === undefined || (flags & TraceFlags.SAMPLED) === 0) return;
  for (const { name, start, end } of placePhases(call.duration, firstToken, times)) {
    const startTime = spanTime(call, start);
    call.watch.tracer.startSpan(name, { kind: SpanKind.INTERNAL, startTime }, call.context).end(spanTime(call, end));
  }
}
