import { context } from '@opentelemetry/api';
import { Call } from './call';
import type { ReadCall } from './call-hooks';
import { valuesOf } from './call-values';
import { now } from './clock';
import type { MethodDescriptor } from './descriptor';
import { enterShared } from './prices/shared-time';
import { recorder, seriesOf } from './recorder';
import { startSpan } from './span';
import type { Outcome } from './types';
import type { Watch } from './watch';

/** A call of a session, where nobody calls a method and awaits its promise. */
export interface OpenCall extends ReadCall {
  /** Ends it, once; `errorType` becomes a label and must be one of few. */
  end(outcome: Outcome, errorType?: string, error?: unknown): void;
}

/** A moment, as both clocks show it: milliseconds of the monotonic one, and since 1970. */
export interface Moment {
  readonly at: number;
  readonly epochMillis: number;
}

/** This moment. */
export const moment = (): Moment => ({ at: now(), epochMillis: Date.now() });

/** Starts a streamed call of `method`, whose clock has run since `start`. It stays open until it is ended. */
export function openCall(method: MethodDescriptor, watch: Watch, request: unknown, start: Moment = moment()): OpenCall {
  const { options, pipeline } = watch;
  const active = context.active();
  const values = valuesOf(active);
  const endpoint = values?.labelled(watch.endpoint) ?? watch.endpoint;
  const call: Call = new Call(watch, endpoint, method, method.model(request) ?? endpoint.model, recorder);
  Object.assign(call, { startedAt: start.at, startedAtEpochMillis: start.epochMillis, context: active, values });
  call.streams(undefined);
  values?.began(pipeline);
  const series = seriesOf(call, pipeline);
  startSpan(call, series, request);
  call.inFlight = series.inFlight;
  call.inFlight.value += 1;
  watch.tally.calls += 1;
  if (options.pricing !== undefined) enterShared(call, options.pricing);
  return call;
}
