import { setTimeout } from 'node:timers/promises';

/** Waits, at most until the signal is aborted. */
export function pause(millis: number, signal: AbortSignal): Promise<void> {
  return setTimeout(millis, undefined, { signal }).catch(() => undefined);
}
