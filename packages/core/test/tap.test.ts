import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { type createFakeClient, type FakeChunk, FakeStream } from './fake-sdk';
import { createWrapped, figures, useTelemetry } from './measure';

type Iterate = () => AsyncIterator<FakeChunk>;

const TEXT: FakeChunk = { kind: 'text' };
const STOP: FakeChunk = { end: 'stop' };

async function* serve(): AsyncGenerator<FakeChunk> {
  yield TEXT;
  yield STOP;
}

/** The stream of one call, whose source is iterated by this, and what was measured of it by now. */
async function streamBy(iterate: Iterate) {
  const telemetry = useTelemetry();
  const client: ReturnType<typeof createFakeClient<Promise<FakeStream>>> = createWrapped(
    telemetry,
    async () => new FakeStream(iterate),
  );
  const stream = await client.chat.create({});
  return { stream, measured: async () => figures(await telemetry.metrics()) };
}

/** An iterator by hand with these methods. */
const byHand =
  (methods: object): Iterate =>
  () =>
    methods as AsyncIterator<FakeChunk>;

describe('the iterator of a stream', () => {
  it('passes for a generator where the SDK’s is one', async () => {
    const { stream } = await streamBy(serve);
    const iterator = stream.iterator() as AsyncGenerator<FakeChunk>;
    expect(Object.prototype.toString.call(iterator)).toBe('[object AsyncGenerator]');
    expect(Object.getPrototypeOf(Object.getPrototypeOf(iterator))).toBe(Object.getPrototypeOf(serve.prototype));
    expect(inspect(iterator)).toBe(inspect(serve()));
    expect(Reflect.ownKeys(iterator)).toEqual([]);
    expect(iterator[Symbol.asyncIterator]()).toBe(iterator);
  });

  it('is observed in a stream that was frozen after it was handed out', async () => {
    const { stream, measured } = await streamBy(serve);
    const seen: FakeChunk[] = [];
    for await (const chunk of { [Symbol.asyncIterator]: () => Object.freeze(stream).iterator() }) seen.push(chunk);
    expect(seen).toEqual([TEXT, STOP]);
    expect((await measured()).outcomes).toEqual({ ok: 1 });
  });

  it('is one of its kind where the SDK’s is made by hand', async () => {
    const { stream } = await streamBy(byHand({ next: async () => ({ done: true, value: undefined }) }));
    const iterator = stream.iterator() as AsyncIterableIterator<FakeChunk>;
    expect(Object.prototype.toString.call(iterator)).not.toBe('[object AsyncGenerator]');
    expect(iterator[Symbol.asyncIterator]()).toBe(iterator);
  });

  it('hands on the very promises of the source, and what it is given', async () => {
    const given: unknown[][] = [];
    const promises: Promise<unknown>[] = [];
    const method =
      (name: string, done: boolean) =>
      (...values: unknown[]) => {
        given.push([name, ...values]);
        promises.push(Promise.resolve({ done, value: TEXT }));
        return promises.at(-1);
      };
    const source = { next: method('next', false), return: method('return', true), throw: method('throw', true) };
    const { stream } = await streamBy(byHand(source));
    const iterator = stream.iterator() as AsyncIterator<FakeChunk, unknown, unknown>;
    const failure = new Error('mine');
    const returned = [iterator.next('next'), iterator.return!('return'), iterator.throw!(failure)];
    expect(returned.map((promise, index) => promise === promises[index])).toEqual([true, true, true]);
    expect(given).toEqual([
      ['next', 'next'],
      ['return', 'return'],
      ['throw', failure],
    ]);
  });

  it('has no return() and no throw() where the source has none', async () => {
    const { stream } = await streamBy(byHand({ next: async () => ({ done: true, value: undefined }) }));
    const iterator = stream.iterator();
    expect([iterator.return, iterator.throw]).toEqual([undefined, undefined]);
  });

  it('is made by the SDK’s function, called as it was', async () => {
    const iterate = vi.fn(function (this: unknown, ..._: unknown[]) {
      return serve();
    });
    const { stream } = await streamBy(iterate);
    const other = { other: true };
    (stream.iterator as unknown as (...args: unknown[]) => unknown).call(other, 1, 2);
    expect(iterate.mock.calls).toEqual([[1, 2]]);
    expect(iterate.mock.contexts).toEqual([other]);
  });

  it('is the source’s own from the second time on, which is not measured', async () => {
    const sources: AsyncIterator<FakeChunk>[] = [];
    const iterate = (): AsyncIterator<FakeChunk> => {
      sources.push(serve());
      return sources.at(-1)!;
    };
    const { stream, measured } = await streamBy(iterate);
    const first = stream.iterator();
    const second = stream.iterator();
    expect(first).not.toBe(sources[0]);
    expect(second).toBe(sources[1]);
    for await (const _ of { [Symbol.asyncIterator]: () => second });
    expect((await measured()).outcomes).toEqual({});
    for await (const _ of { [Symbol.asyncIterator]: () => first });
    expect((await measured()).outcomes).toEqual({ ok: 1 });
  });
});

describe('a next() that gives no promise', () => {
  it('gives its step, which is measured', async () => {
    const steps = [{ value: TEXT }, { value: STOP }, { done: true, value: undefined }];
    const { stream, measured } = await streamBy(byHand({ next: () => steps.shift() }));
    const iterator = stream.iterator();
    const [first] = steps;
    expect(iterator.next()).toBe(first);
    iterator.next();
    iterator.next();
    expect(await measured()).toMatchObject({ outcomes: { ok: 1 }, firstToken: expect.any(Number) });
  });

  it('gives a thenable that is asked once', async () => {
    let asked = 0;
    const steps = [{ value: TEXT }, { value: STOP }, { done: true, value: undefined }];
    const next = () => {
      const step = steps.shift();
      const then = (resolve: (step: unknown) => void): void => {
        asked += 1;
        resolve(step);
      };
      return { then };
    };
    const { stream, measured } = await streamBy(byHand({ next }));
    const seen: FakeChunk[] = [];
    for await (const chunk of stream) seen.push(chunk);
    expect(seen).toEqual([TEXT, STOP]);
    expect(asked).toBe(3);
    expect((await measured()).outcomes).toEqual({ ok: 1 });
  });

  it('gives a thenable that fails, and so does the call', async () => {
    const failure = new RangeError('the server failed');
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is faked.
    const next = () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(failure) });
    const { stream, measured } = await streamBy(byHand({ next }));
    await expect(stream.iterator().next()).rejects.toBe(failure);
    expect((await measured()).outcomes).toEqual({ error: 1 });
  });

  it('throws at once, and so fails the call', async () => {
    const failure = new RangeError('the server failed');
    const next = (): never => {
      throw failure;
    };
    const { stream, measured } = await streamBy(byHand({ next }));
    expect(() => stream.iterator().next()).toThrow(failure);
    expect((await measured()).outcomes).toEqual({ error: 1 });
  });
});

it.each([
  ['text', 'iterator'],
  ['an object without an iterator', { chunks: [] }],
  ['an object whose iterator is no function', { iterator: [] }],
  ['null', null],
  ['a function with an iterator', Object.assign(() => {}, { iterator: serve })],
])('%s is a result, not a stream', async (_, value) => {
  const telemetry = useTelemetry();
  expect(await createWrapped(telemetry, async () => value).chat.create({})).toBe(value);
  const { outcomes, streamDuration } = figures(await telemetry.metrics());
  expect([outcomes, streamDuration]).toEqual([{ ok: 1 }, undefined]);
});
