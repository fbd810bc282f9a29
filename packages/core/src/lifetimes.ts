import type { Call } from './call';
import { now } from './clock';

/** A promise, stream or iterator that a call waits to be used; `call` is taken out when it is, or when the call ended. */
export interface Custody {
  call: Call | undefined;
}

interface Timer {
  unref?(): void;
}
declare const setTimeout: (callback: () => void, millis: number) => Timer;

const SWEEP_MILLIS = 15_000;
const registry = new FinalizationRegistry<Custody>(({ call }) => call?.orphaned());
/** Streams and responses that are the consumer's turn to read. */
const unread = new Set<Call>();
let sweeping = false;

/** When `object` is collected while still in custody, nobody can read the call's rest: it is abandoned. */
export function watchFor(object: object, call: Call): Custody {
  const custody: Custody = { call };
  registry.register(object, custody);
  unread.add(call);
  if (!sweeping) sweepLater(call.watch.idleTimeoutMillis);
  return custody;
}

/** The call ended: it needs no watching. */
export function forget(call: Call): void {
  unread.delete(call);
}

// One timer for all calls, that runs only while there are some and never keeps a process alive.
function sweepLater(idleTimeoutMillis: number): void {
  sweeping = true;
  const timer = setTimeout(sweep, Math.min(SWEEP_MILLIS, Math.max(idleTimeoutMillis, 10)));
  timer.unref?.();
}

function sweep(): void {
  const time = now();
  let shortest = SWEEP_MILLIS;
  for (const call of unread) {
    const idle = call.watch.idleTimeoutMillis;
    shortest = Math.min(shortest, idle);
    if (!call.waiting && time - call.lastActivity >= idle) call.abandoned();
  }
  sweeping = false;
  if (unread.size > 0) sweepLater(shortest);
}
