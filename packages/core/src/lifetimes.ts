import { now } from './clock';
import { AsyncStorage, atEndOfTurn } from './runtime';

/** A call, as far as its end is watched for. */
export interface Watched {
  readonly watch: { readonly idleTimeoutMillis: number };
  /** It is not the consumer's turn. */
  readonly waiting: boolean;
  readonly ended: boolean;
  /** Milliseconds of the monotonic clock. */
  readonly lastActivityAt: number;
  readonly link: CallLink<Watched>;
  /** What the call can be read through, as long as that isn't registered. */
  reader: object | undefined;
  isRegistered: boolean;
  orphaned(): void;
  abandoned(): void;
}

/**
 * The way from promises, streams and contexts to their call. It is cut when the call ends: they may last, and what they
 * reach would survive each minor collection with them.
 */
export interface CallLink<Call> {
  call: Call | undefined;
}

interface Timer {
  unref?(): void;
}
interface Host {
  readonly setTimeout: (callback: () => void, millis: number) => Timer;
  readonly clearTimeout: (timer: Timer | undefined) => void;
}
type Run = (callback: () => void) => void;

// Taken now: the timer must neither be a fake one of a test's nor carry the context of the call that it was set in.
const { setTimeout, clearTimeout } = globalThis as unknown as Host;
const outside: Run = AsyncStorage?.snapshot?.() ?? ((callback) => callback());

const SWEEP_MILLIS = 15_000;
const registry = new FinalizationRegistry<CallLink<Watched>>(({ call }) => call?.orphaned());
/** Streams and responses that it is the consumer's turn to read. */
const unread = new Set<Watched>();
/** Those of this turn of the event loop. Most calls change hands in one turn, and short streams end in it. */
let fresh: Watched[] = [];
let timer: Timer | undefined;
let nextSweep = Number.POSITIVE_INFINITY;

/** From now on the call is read through `reader` alone: when that is collected, the rest is abandoned. */
export function watchFor(reader: object, call: Watched): void {
  release(call);
  call.reader = reader;
  if (fresh.push(call) === 1) {
    if (atEndOfTurn === undefined) register();
    else atEndOfTurn(register);
  }
}

function register(): void {
  const calls = fresh;
  fresh = [];
  for (const call of calls) {
    const { reader, link } = call;
    if (reader === undefined || call.ended) continue;
    call.reader = undefined;
    call.isRegistered = true;
    registry.register(reader, link, link);
    unread.add(call);
    const { lastActivityAt } = call;
    const idle = call.watch.idleTimeoutMillis;
    // A timer that never came, as it may be where an isolate sleeps, doesn't end the watch.
    if (nextSweep < lastActivityAt || lastActivityAt + Math.min(idle, SWEEP_MILLIS) < nextSweep) sweepIn(idle);
  }
}

/**
 * Somebody has begun to read: the call will end by that. What is registered survives every minor collection, so that it
 * must not stay registered for longer than it matters.
 */
export function release(call: Watched): void {
  call.reader = undefined;
  if (!call.isRegistered) return;
  call.isRegistered = false;
  registry.unregister(call.link);
}

/** The call ended: it needs no watching. */
export function forget(call: Watched): void {
  release(call);
  unread.delete(call);
  call.link.call = undefined;
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
    const idle = call.watch.idleTimeoutMillis;
    shortest = Math.min(shortest, idle);
    if (!call.waiting && time - call.lastActivityAt >= idle) call.abandoned();
  }
  timer = undefined;
  nextSweep = Number.POSITIVE_INFINITY;
  if (unread.size > 0) sweepIn(shortest);
}
