import './fake-timers';
import { setImmediate as turn } from 'node:timers/promises';
import type { Telemetry } from '@grump/llm-otel-testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collectGarbage } from '../../testing/src/conformance/garbage.ts';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { type FakeChunk, FakeStream } from './fake-sdk';
import { consume, createWrapped, figures, onlySpan, pass, play, type Script, streamOf, useTelemetry } from './measure';

const TEXT: FakeChunk = { kind: 'text' };
const STOP: FakeChunk = { end: 'stop' };
const STREAM: Script = [
  [100, { model: 'fake-1' }],
  [100, TEXT],
  [50, TEXT],
  [50, STOP],
  [10, { usage: { input: 7, output: 2 } }],
];
const IDLE = 60_000;
const idle = { streamIdleTimeoutMillis: IDLE };

class APIUserAbortError extends Error {}

let telemetry: Telemetry;

beforeEach(() => {
  telemetry = useTelemetry();
});

afterEach(() => {
  // The sweep of this test's calls must not wait for a clock that is gone.
  vi.advanceTimersByTime(10 * 600_000);
});

type Stream = FakeStream | AsyncIterable<FakeChunk>;
const open = async (answer: () => Stream = () => streamOf(STREAM)): Promise<FakeStream> =>
  (await createWrapped(telemetry, async () => answer(), idle).chat.create({ model: 'fake-1' })) as FakeStream;

/** Reads so many chunks and leaves. */
async function leaveAfter(stream: FakeStream, chunks: number): Promise<void> {
  for await (const _ of stream) if (--chunks === 0) break;
}

const measured = async () => figures(await telemetry.metrics());
const requests = async () => (await telemetry.metrics()).filter(({ name }) => name === 'llm_requests_total');

/** The one outcome, with everything that is recorded for each of them. */
async function expectOutcome(outcome: string, seconds: number, errorType?: string): Promise<void> {
  const label = errorType === undefined ? {} : { error_type: errorType };
  expect(await requests()).toMatchObject([{ value: 1, attributes: { outcome, ...label } }]);
  expect((await requests())[0]!.attributes.error_type).toBe(errorType);
  expect(await measured()).toMatchObject({ inFlight: 0, duration: seconds });
  const { attributes, status, durationSeconds } = onlySpan(telemetry);
  expect(attributes).toMatchObject({ 'llm.outcome': outcome });
  expect(durationSeconds).toBeCloseTo(seconds, 6);
  expect(status.code).toBe(['error', 'truncated'].includes(outcome) ? 'ERROR' : 'UNSET');
}

describe('ok', () => {
  it('is a result', async () => {
    const client = createWrapped(telemetry, async () => {
      await pass(300);
      return { end: 'stop', usage: { input: 7, output: 2 } };
    });
    await client.chat.create({ model: 'fake-1' });
    await expectOutcome('ok', 0.3);
    expect(await measured()).toMatchObject({ streamDuration: undefined, firstToken: undefined, usageMissing: 0 });
    expect(await measured()).toMatchObject({ tokens: { input: 7, output: 2 } });
  });

  it('is a stream read to its end', async () => {
    for await (const _ of await open());
    await expectOutcome('ok', 0.31);
    expect(await measured()).toMatchObject({ streamDuration: 0.31, tokens: { output: 2 } });
  });

  it('is a consumer that leaves right after the finish reason', async () => {
    await leaveAfter(await open(), 4);
    await expectOutcome('ok', 0.3);
    // The usage would have come next.
    expect(await measured()).toMatchObject({ usageMissing: 1, tokens: {} });
  });

  it('is an abort after the finish reason', async () => {
    const stream = await open(() => streamOf(STREAM.slice(0, 4)));
    for await (const chunk of stream) if (chunk.end !== undefined) stream.controller.abort();
    await expectOutcome('ok', 0.3);
  });
});

describe('error', () => {
  it('is a call that fails', async () => {
    const fail = async () => {
      await pass(20);
      throw Object.assign(new Error('slow down'), { status: 429 });
    };
    await expect(createWrapped(telemetry, fail).chat.create({ model: 'fake-1' })).rejects.toThrow('slow down');
    await expectOutcome('error', 0.02, '429');
    expect(onlySpan(telemetry)).toMatchObject({
      status: { message: 'slow down' },
      attributes: { 'error.type': '429' },
    });
  });

  it('is a method that throws at once', async () => {
    const client = createWrapped(telemetry, () => {
      throw new TypeError('no model');
    });
    expect(() => client.chat.create({})).toThrow('no model');
    await expectOutcome('error', 0, 'TypeError');
  });

  it('is an error in mid-stream, and what came before it counts', async () => {
    const stream = await open(() => streamOf([...STREAM.slice(0, 3), [30, new RangeError('cut')]]));
    await expect(leaveAfter(stream, 9)).rejects.toThrow('cut');
    await expectOutcome('error', 0.28, 'RangeError');
    expect(await measured()).toMatchObject({ firstToken: 0.2, gaps: [1, 0.05], usageMissing: 0 });
  });

  it('is an error after the finish reason', async () => {
    const stream = await open(() => streamOf([...STREAM.slice(0, 4), [30, new RangeError('cut')]]));
    await expect(leaveAfter(stream, 9)).rejects.toThrow('cut');
    await expectOutcome('error', 0.33, 'RangeError');
  });

  const FAILED: Script = [
    ...STREAM.slice(0, 3),
    [30, { failure: { type: '503', message: 'engine died' } }],
    [10, STOP],
  ];

  it('is an error that the SDK hands on as an answer', async () => {
    await leaveAfter(await open(() => streamOf(FAILED)), 9);
    await expectOutcome('error', 0.29, '503');
    expect(onlySpan(telemetry).status.message).toBe('engine died');
    expect(await measured()).toMatchObject({ firstToken: 0.2, gaps: [1, 0.05], usageMissing: 0 });
  });

  it('is such an error after which the consumer breaks off', async () => {
    await leaveAfter(await open(() => streamOf(FAILED)), 4);
    await expectOutcome('error', 0.28, '503');
  });

  it('is a result that tells of an error', async () => {
    const result = { failure: { type: 'APIError', message: 7 } };
    expect(await createWrapped(telemetry, async () => result).chat.create({ model: 'fake-1' })).toBe(result);
    await expectOutcome('error', 0, 'APIError');
  });
});

describe('cancelled', () => {
  it('is a consumer that breaks off', async () => {
    await leaveAfter(await open(), 2);
    await expectOutcome('cancelled', 0.2);
    expect(await measured()).toMatchObject({ streamDuration: 0.2, firstToken: 0.2, usageMissing: 0, tokens: {} });
  });

  it('is a consumer that throws', async () => {
    const stream = await open();
    const read = async () => {
      for await (const _ of stream) throw new RangeError('mine');
    };
    await expect(read()).rejects.toThrow('mine');
    await expectOutcome('cancelled', 0.1);
  });

  it('is throw() of the iterator', async () => {
    const iterator = (await open())[Symbol.asyncIterator]();
    await iterator.next();
    await expect(iterator.throw!(new RangeError('mine'))).rejects.toThrow('mine');
    await expectOutcome('cancelled', 0.1);
  });

  it('is return() before the first chunk', async () => {
    const iterator = (await open())[Symbol.asyncIterator]();
    expect(await iterator.return!()).toEqual({ done: true, value: undefined });
    await expectOutcome('cancelled', 0);
  });

  it('is return() while a chunk is waited for', async () => {
    const iterator = (await open())[Symbol.asyncIterator]();
    const next = iterator.next();
    const left = iterator.return!();
    expect(await next).toEqual({ done: false, value: { model: 'fake-1' } });
    await left;
    await expectOutcome('cancelled', 0);
  });

  it('keeps the usage that was seen', async () => {
    const tokens: Script = [1, 2, 3].map((output) => [10, { ...TEXT, usage: { input: 7, output } }]);
    await leaveAfter(await open(() => streamOf(tokens)), 2);
    await expectOutcome('cancelled', 0.02);
    expect(await measured()).toMatchObject({ tokens: { input: 7, output: 2 } });
  });
});

describe('aborted', () => {
  it.each([
    ['an abort error', new APIUserAbortError('Request was aborted.'), 'APIUserAbortError'],
    ['a DOMException', new DOMException('gone', 'AbortError'), 'DOMException'],
    ['a timeout', new DOMException('late', 'TimeoutError'), 'DOMException'],
  ])('is a call that fails with %s', async (_, error, errorType) => {
    const client = createWrapped(telemetry, async () => {
      await pass(20);
      throw error;
    });
    await expect(client.chat.create({ model: 'fake-1' })).rejects.toBe(error);
    const { inFlight, duration, outcomes } = await measured();
    expect({ inFlight, duration, outcomes }).toEqual({ inFlight: 0, duration: 0.02, outcomes: { aborted: 1 } });
    expect((await requests())[0]!.attributes.error_type).toBe(errorType);
    expect(onlySpan(telemetry)).toMatchObject({ status: { code: 'UNSET' } });
    expect(onlySpan(telemetry).attributes).not.toHaveProperty('error.type');
  });

  it('is a stream that ends since its signal was aborted', async () => {
    const stream = await open(() => streamOf(STREAM.slice(0, 3)));
    let read = 0;
    for await (const _ of stream) if (++read === 2) stream.controller.abort();
    await expectOutcome('aborted', 0.25);
  });

  it('is not an abort and a break in one step: the cancel() of toReadableStream() does both', async () => {
    const stream = await open();
    for await (const _ of stream) {
      stream.controller.abort();
      break;
    }
    await expectOutcome('cancelled', 0.1);
  });

  it('is a stream that was aborted and dropped', async () => {
    const stream = await open();
    stream.controller.abort();
    await pass(2 * IDLE);
    await expectOutcome('aborted', 0);
  });
});

describe('truncated', () => {
  it('is a stream that ends without a finish reason', async () => {
    for await (const _ of await open(() => streamOf(STREAM.slice(0, 3))));
    await expectOutcome('truncated', 0.25);
    expect(onlySpan(telemetry).attributes).toMatchObject({ 'error.type': 'truncated' });
    expect(await measured()).toMatchObject({ firstToken: 0.2, usageMissing: 0 });
  });

  it('is a stream without a chunk', async () => {
    for await (const _ of await open(() => streamOf([])));
    await expectOutcome('truncated', 0);
  });
});

describe('abandoned', () => {
  /** A promise that parses when it is waited for, and nobody does. */
  const never = () => new FakeApiPromise(Promise.resolve(createProps()), async () => streamOf(STREAM));

  async function untilCounted(): Promise<void> {
    for (let attempt = 0; attempt < 100 && (await requests()).length === 0; attempt++) {
      collectGarbage();
      await turn();
    }
  }

  it('is a stream whose consumer stopped reading, after the idle time', async () => {
    const iterator = (await open())[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    vi.advanceTimersByTime(IDLE - 1);
    expect(await requests()).toEqual([]);
    vi.advanceTimersByTime(2 * 15_000);
    // As long as something was heard of it.
    await expectOutcome('abandoned', 0.2);
    expect(await measured()).toMatchObject({ streamDuration: 0.2, firstToken: 0.2, usageMissing: 0 });
    expect(iterator).toBeDefined();
  });

  it('is a stream that nobody reads, after the idle time', async () => {
    const stream = await open();
    await pass(2 * IDLE);
    await expectOutcome('abandoned', 0);
    expect(stream).toBeDefined();
  });

  it('is a response whose promise nobody waits for, after the idle time', async () => {
    const promise = createWrapped(telemetry, never, idle).chat.create({ model: 'fake-1' });
    await pass(1);
    await pass(2 * IDLE);
    await expectOutcome('abandoned', 0);
    expect(promise).toBeDefined();
  });

  it('is a stream that was collected unread', async () => {
    await (async () => void (await open()))();
    await untilCounted();
    await expectOutcome('abandoned', 0);
  });

  it('is an iterator that was collected half read', async () => {
    await (async () => void (await (await open())[Symbol.asyncIterator]().next()))();
    await untilCounted();
    await expectOutcome('abandoned', 0.1);
  });

  it('is a promise that was collected before anybody waited for it', async () => {
    await (async () => void createWrapped(telemetry, never).chat.create({ model: 'fake-1' }))();
    await turn();
    await untilCounted();
    await expectOutcome('abandoned', 0);
  });

  it('is a consumer that breaks off where the iterator has no return()', async () => {
    await (async () => {
      const source = play(STREAM);
      await leaveAfter(await open(() => new FakeStream(() => ({ next: () => source.next() }))), 2);
    })();
    await untilCounted();
    await expectOutcome('abandoned', 0.2);
  });

  it('is not a consumer that waits for a chunk, however long', async () => {
    const read = leaveAfter(await open(() => streamOf([[20 * IDLE, TEXT], ...STREAM])), 9);
    await read;
    await expectOutcome('ok', 1200.31);
  });

  it('is not a consumer that waits for one of several chunks it asked for', async () => {
    const iterator = (await open(() => streamOf([...STREAM.slice(0, 1), [20 * IDLE, TEXT]])))[Symbol.asyncIterator]();
    const both = [iterator.next(), iterator.next()];
    await Promise.all(both);
    expect(await requests()).toEqual([]);
    await iterator.return!();
    await expectOutcome('cancelled', 1200.1);
  });

  it('is not a consumer that comes back in time', async () => {
    for await (const _ of await open()) await pass(IDLE / 2);
    await expectOutcome('ok', 0.31 + (5 * IDLE) / 2000);
  });

  it('stays so when the consumer reads on after all, who sees every chunk', async () => {
    const iterator = (await open())[Symbol.asyncIterator]();
    await iterator.next();
    vi.advanceTimersByTime(2 * IDLE);
    const rest: unknown[] = [];
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) rest.push(step.value);
    expect(rest).toEqual(STREAM.slice(1).map(([, chunk]) => chunk));
    await expectOutcome('abandoned', 0.1);
    expect(await measured()).toMatchObject({ firstToken: undefined, tokens: {} });
  });

  it('stays so when the promise is waited for after all, who gets its result', async () => {
    const result = { end: 'stop' };
    const answer = () => new FakeApiPromise(Promise.resolve(createProps()), () => Promise.resolve(result));
    const promise = createWrapped(telemetry, answer, idle).chat.create({ model: 'fake-1' });
    await pass(1);
    await pass(2 * IDLE);
    expect(await promise).toBe(result);
    await expectOutcome('abandoned', 0);
  });

  it('is found 10 minutes after the last chunk when nothing else is said', async () => {
    const client = createWrapped(telemetry, async () => streamOf(STREAM));
    const iterator = (await client.chat.create({ model: 'fake-1' }))[Symbol.asyncIterator]();
    await iterator.next();
    vi.advanceTimersByTime(599_000);
    expect(await requests()).toEqual([]);
    vi.advanceTimersByTime(1000 + 15_000);
    await expectOutcome('abandoned', 0.1);
  });

  it('keeps no timer once every call is over', async () => {
    expect(await consume(createWrapped(telemetry, async () => streamOf(STREAM), idle))).toBeUndefined();
    vi.advanceTimersByTime(2 * IDLE);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is a consumer that is gone when the chunk comes that it waited for', async () => {
    let arrive: (step: IteratorResult<FakeChunk>) => void = () => {};
    const next = () =>
      new Promise<IteratorResult<FakeChunk>>((resolve) => {
        arrive = resolve;
      });
    await (async () => {
      const stream = await open(() => new FakeStream(() => ({ next })));
      void stream[Symbol.asyncIterator]().next();
    })();
    for (let attempt = 0; attempt < 3; attempt++) {
      collectGarbage();
      await turn();
    }
    vi.advanceTimersByTime(100);
    expect(await requests()).toEqual([]);
    arrive({ value: TEXT });
    await turn();
    await expectOutcome('abandoned', 0.1);
  });

  it('is a consumer that is gone while the server hangs, after the idle time', async () => {
    await (async () => {
      const stream = await open(() => new FakeStream(() => ({ next: () => new Promise(() => {}) })));
      void stream[Symbol.asyncIterator]().next();
    })();
    for (let attempt = 0; attempt < 3; attempt++) {
      collectGarbage();
      await turn();
    }
    expect(await requests()).toEqual([]);
    await pass(2 * IDLE);
    await expectOutcome('abandoned', 0);
  });
});
