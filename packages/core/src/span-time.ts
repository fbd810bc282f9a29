import type { HrTime } from '@opentelemetry/api';
import type { Call } from './call';
import { secondsBetween } from './clock';

/** A moment of a call as a span takes it: the call's start, and what passed since on the monotonic clock. */
export function spanTime({ startedAt, startedAtEpochMillis }: Call, at: number): HrTime {
  const nanos = Math.round(secondsBetween(startedAt, at) * 1e9) + (startedAtEpochMillis % 1000) * 1e6;
  return [Math.trunc(startedAtEpochMillis / 1000) + Math.trunc(nanos / 1e9), nanos % 1e9];
}
