import './fake-timers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { collectGarbage } from '../../testing/src/conformance/garbage.ts';
import { type CallLink, forget, release, type Watched, watchFor } from '../src/lifetimes';

const watched: Watched[] = [];

/** A call that says when it is found abandoned, or that its reader is gone. */
function createCall(idleTimeoutMillis: number): Watched & { waiting: boolean; lastActivityAt: number } {
  const link: CallLink<Watched> = { call: undefined };
  const call = {
    watch: { idleTimeoutMillis },
    waiting: false,
    ended: false,
    lastActivityAt: performance.now(),
    link,
    reader: undefined,
    isRegistered: false,
    orphaned: vi.fn(),
    abandoned: vi.fn(() => forget(call)),
  };
  link.call = call;
  watched.push(call);
  return call;
}

/** Watches a call by a reader that lasts for as long as the test. */
async function watch(call: Watched): Promise<object> {
  const reader = {};
  watchFor(reader, call);
  await turn();
  return reader;
}

afterEach(() => {
  for (const call of watched.splice(0)) forget(call);
  // The sweep that is under way finds nothing, and is the last.
  vi.advanceTimersByTime(15_000);
  expect(vi.getTimerCount()).toBe(0);
});

it('a call is abandoned once it is idle for as long as its client allows', async () => {
  const call = createCall(100);
  await watch(call);
  vi.advanceTimersByTime(99);
  expect(call.abandoned).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(call.abandoned).toHaveBeenCalledOnce();
});

it('a call is not abandoned while the server is waited for, nor when something was heard of it', async () => {
  const [waiting, heard] = [createCall(100), createCall(100)];
  waiting.waiting = true;
  await Promise.all([watch(waiting), watch(heard)]);
  vi.advanceTimersByTime(90);
  heard.lastActivityAt = performance.now();
  vi.advanceTimersByTime(100);
  expect(waiting.abandoned).not.toHaveBeenCalled();
  expect(heard.abandoned).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100);
  expect(waiting.abandoned).not.toHaveBeenCalled();
  expect(heard.abandoned).toHaveBeenCalledOnce();
});

it('one timer serves all calls, as early as the most impatient of them needs it', async () => {
  const [patient, other, impatient] = [createCall(600_000), createCall(600_000), createCall(1000)];
  await watch(patient);
  vi.advanceTimersByTime(10);
  await watch(other);
  expect(vi.getTimerCount()).toBe(1);
  impatient.lastActivityAt = performance.now();
  await watch(impatient);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(impatient.abandoned).toHaveBeenCalledOnce();
  expect(patient.abandoned).not.toHaveBeenCalled();
});

it('a later call of the same patience does not put the timer off', async () => {
  const [first, second] = [createCall(1000), createCall(1000)];
  await watch(first);
  vi.advanceTimersByTime(900);
  second.lastActivityAt = performance.now();
  await watch(second);
  vi.advanceTimersByTime(100);
  expect(first.abandoned).toHaveBeenCalledOnce();
  expect(second.abandoned).not.toHaveBeenCalled();
});

it('a timer that never came does not end the watch', async () => {
  await watch(createCall(1000));
  // As in an isolate that slept.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5000);
  const call = createCall(100);
  await watch(call);
  vi.advanceTimersByTime(100);
  clock.mockReturnValue(performance.now() + 100);
  vi.advanceTimersByTime(100);
  expect(call.abandoned).toHaveBeenCalledOnce();
  clock.mockRestore();
});

it('a call that ended in the turn in which it began is never watched', async () => {
  const call = createCall(100);
  watchFor({}, call);
  forget(call);
  await turn();
  expect(call.isRegistered).toBe(false);
  expect(call.link.call).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

async function untilCollected(reader: WeakRef<object>): Promise<void> {
  let isGone = false;
  for (let attempt = 0; attempt < 100 && !isGone; attempt++) {
    // What a weak reference was asked for lasts until the end of the turn.
    await turn();
    collectGarbage();
    await turn();
    isGone = reader.deref() === undefined;
  }
  expect(isGone).toBe(true);
  // Registries are told in tasks of their own.
  for (let task = 0; task < 50; task++) await turn();
}

it.each([
  ['is orphaned when what it is read through is collected', () => {}, 1],
  ['is no longer when somebody has begun to read', release, 0],
  ['is no longer when it has ended', forget, 0],
] as const)('a call %s', async (_, change, orphans) => {
  const call = createCall(600_000);
  const reader = await (async () => new WeakRef(await watch(call)))();
  expect(call.isRegistered).toBe(true);
  expect(call.reader).toBeUndefined();
  change(call);
  await untilCollected(reader);
  expect(call.orphaned).toHaveBeenCalledTimes(orphans);
});

it('a call that is read through something else is orphaned by that alone', async () => {
  const call = createCall(600_000);
  const first = await (async () => new WeakRef(await watch(call)))();
  const second = await watch(call);
  await untilCollected(first);
  expect(call.orphaned).not.toHaveBeenCalled();
  expect(second).toBeDefined();
});
