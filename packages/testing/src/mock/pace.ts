import { setImmediate, setTimeout } from 'node:timers/promises';

/** Timers are up to this late; the rest of a wait is spun. */
const TIMER_SLACK_MILLIS = 1;

/** Waits until `performance.now()` has reached `deadline`, to a small part of a millisecond; returns early when aborted. */
export async function waitUntil(deadline: number, signal: AbortSignal): Promise<void> {
  const sleep = Math.floor(deadline - performance.now()) - TIMER_SLACK_MILLIS;
  if (sleep > 0) await setTimeout(sleep, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted && performance.now() < deadline) await setImmediate();
}
