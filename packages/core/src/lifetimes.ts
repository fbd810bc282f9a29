import { now } from './clock';

/** A call, as far as its end is watched for. */
export interface Watched {
  readonly idleTimeoutMillis: number;
  /** It is not the consumer's turn. */
  readonly waiting: boolean;
  readonly lastActivity: number;
  custody: Custody | undefined;
  orphaned(): void;
  abandoned(): void;
}

/** What hangs on a promise, stream or iterator that a call can still be read through. */
interface Custody {
  readonly call: Watched;
}

interface Timer {
  unref?(): void;
}
interface Host {
  readonly process?: { getBuiltinModule?(name: string): { AsyncLocalStorage?: { snapshot?(): Run } } | undefined };
  readonly setTimeout: (callback: () => void, millis: number) => Timer;
  readonly clearTimeout: (timer: Timer | undefined) => void;
}
type Run = (callback: () => void) => void;

// Taken now: the timer must neither be a fake one of a test's nor carry the context of the call that it was set in.
const { process, setTimeout, clearTimeout } = globalThis as unknown as Host;
const outside: Run =
  process?.getBuiltinModule?.('async_hooks')?.AsyncLocalStorage?.snapshot?.() ?? ((callback) => callback());

const SWEEP_MILLIS = 15_000;
const registry = new FinalizationRegistry<Custody>(({ call }) => call.orphaned());
/** Streams and responses that it is the consumer's turn to read. */
const unread = new Set<Watched>();
let timer: Timer | undefined;
let nextSweep = Number.POSITIVE_INFINITY;

/** From now on the call is read through `object` alone: when that is collected, the rest is abandoned. */
export function watchFor(object: object, call: Watched): void {
  release(call);
  call.custody = { call };
  registry.register(object, call.custody, call.custody);
  unread.add(call);
  const idle = call.idleTimeoutMillis;
  // A timer that never came, as it may be where an isolate sleeps, doesn't end the watch.
  if (nextSweep < call.lastActivity || call.lastActivity + Math.min(idle, SWEEP_MILLIS) < nextSweep) sweepIn(idle);
}

/**
 * Somebody has begun to read: the call will end by that. What is registered survives every minor collection, so that it
 * must not stay registered for longer than it matters.
 */
export function release(call: Watched): void {
  if (call.custody === undefined) return;
  registry.unregister(call.custody);
  call.custody = undefined;
}

/** The call ended: it needs no watching. */
export function forget(call: Watched): void {
  release(call);
  unread.delete(call);
}

// One timer for all calls, that runs only while there are some and never keeps a process alive.
function sweepIn(idleTimeoutMillis: number): void {
  const millis = Math.min(SWEEP_MILLIS, Math.max(idleTimeoutMillis, 10));
  clearTimeout(timer);
  nextSweep = now() + millis;
  outside(() => {
    timer = setTimeout(sweep, millis);
    timer.unref?.();
  });
}

function sweep(): void {
  const time = now();
  let shortest = SWEEP_MILLIS;
  for (const call of unread) {
    const idle = call.idleTimeoutMillis;
    shortest = Math.min(shortest, idle);
    if (!call.waiting && time - call.lastActivity >= idle) call.abandoned();
  }
  timer = undefined;
  nextSweep = Number.POSITIVE_INFINITY;
  if (unread.size > 0) sweepIn(shortest);
}
