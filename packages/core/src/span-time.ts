import type { HrTime } from '@opentelemetry/api';
import type { Call } from './call';

/** A time of a call as a span takes it: the call's start, and what passed since on the monotonic clock. */
export function spanTime({ startedAtEpochMillis }: Call, time: number): HrTime {
  const micros = (startedAtEpochMillis % 1000) * 1000 + time;
  return [Math.trunc(startedAtEpochMillis / 1000) + Math.trunc(micros / 1e6), (micros % 1e6) * 1000];
}
