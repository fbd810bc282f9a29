import type { Call } from '../call';
import { entry } from '../entry';
import type { Pricing } from '../pricing';

/**
 * Processor sharing: with n calls in flight, each has 1/n of the time. Kept is the integral of 1/n, in milliseconds: the
 * share of a call is what it grew by while the call was in flight.
 */
interface SharedTime {
  calls: number;
  integral: number;
  at: number;
}

/** By server; none is kept that has no calls. */
type Servers = Map<string, SharedTime>;

const shared = new WeakMap<Pricing, Servers>();

/** Begins to measure the share of a call. */
export function enterShared(call: Call, pricing: Pricing): void {
  call.sharedFrom = advance(call, pricing, 1, call.startedAt);
}

/** Ends it, and gives the share in seconds. A call that was over before that was known had no more than its duration. */
export function leaveShared(call: Call, pricing: Pricing, durationSeconds: number): number {
  return Math.min(
    (advance(call, pricing, -1, call.startedAt + call.duration / 1000) - call.sharedFrom) / 1000,
    durationSeconds,
  );
}

function advance({ endpoint: { address, port } }: Call, pricing: Pricing, change: 1 | -1, at: number): number {
  const id = `${address}:${port}`;
  const servers = entry(shared, pricing, (): Servers => new Map());
  const time = entry(servers, id, () => ({ calls: 0, integral: 0, at }));
  if (at > time.at) {
    time.integral += (at - time.at) / time.calls;
    time.at = at;
  }
  time.calls += change;
  if (time.calls < 1) servers.delete(id);
  return time.integral;
}
