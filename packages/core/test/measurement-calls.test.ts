import { metrics } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withRejections } from '../../testing/src/conformance/rejections.ts';
import { wrapClient } from '../src/wrap';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { createFakeClient, type FakeChunk, FakeStream, provider } from './fake-sdk';
import { createWrapped, figures, pass, play, type Script, streamOf, useTelemetry } from './measure';

const TEXT: FakeChunk = { kind: 'text' };
const STOP: FakeChunk = { end: 'stop' };
const STREAM: Script = [
  [100, TEXT],
  [30, TEXT],
  [30, TEXT],
  [10, STOP],
  [10, { usage: { input: 7, output: 3 } }],
];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  metrics.disable();
  vi.useRealTimers();
});

/** A response that is there after so long, whose body parses to this. */
const respond = <Value>(millis: number, value: Value) =>
  new FakeApiPromise(
    pass(millis).then(() => createProps()),
    async () => value,
  );

describe.each([
  ['with the metric producer', true],
  ['without it', false],
])('several next() at once, %s', (_, produced) => {
  const readTwoAtOnce = async (stream: FakeStream) => {
    const iterator = stream[Symbol.asyncIterator]();
    const seen: FakeChunk[] = [];
    for (let done = false; !done; ) {
      const steps = await Promise.all([iterator.next(), iterator.next()]);
      for (const step of steps) if (!step.done) seen.push(step.value);
      done = steps.some((step) => step.done === true);
    }
    return seen;
  };

  it('are measured as they arrive, each gap from the chunk before', async () => {
    const telemetry = useTelemetry(produced);
    const client = createWrapped(telemetry, async () => streamOf(STREAM));
    expect(await readTwoAtOnce(await client.chat.create({}))).toEqual(STREAM.map(([, chunk]) => chunk));
    expect(figures(await telemetry.metrics())).toMatchObject({
      outcomes: { ok: 1 },
      gaps: [2, 0.06],
      chunkGaps: [4, 0.08],
      firstToken: 0.1,
      duration: 0.18,
    });
  });
});

it('the clock starts when the method is called, so that retries are inside', async () => {
  const telemetry = useTelemetry();
  // What an SDK does within one call: a try that fails, the wait that the server asked for, another try.
  const answer = () => {
    const tries = async () => {
      await pass(40);
      await pass(1000);
      await pass(60);
      return createProps();
    };
    return new FakeApiPromise(tries(), async () => streamOf(STREAM));
  };
  for await (const _ of await createWrapped(telemetry, answer).chat.create({}));
  const { outcomes, duration, firstToken } = figures(await telemetry.metrics());
  expect({ outcomes, duration, firstToken }).toEqual({ outcomes: { ok: 1 }, duration: 1.28, firstToken: 1.2 });
});

describe('a late await', () => {
  it('of a result counts, since the body is read then', async () => {
    const telemetry = useTelemetry();
    const promise = createWrapped(telemetry, () => respond(200, { end: 'stop' })).chat.create({});
    await pass(3000);
    await promise;
    expect(figures(await telemetry.metrics())).toMatchObject({ outcomes: { ok: 1 }, duration: 3.2 });
  });

  it('of a stream counts up to its first token, and is no gap', async () => {
    const telemetry = useTelemetry();
    const promise = createWrapped(telemetry, () => respond(50, streamOf(STREAM))).chat.create({});
    await pass(3000);
    const stream = await promise;
    await pass(500);
    for await (const _ of stream);
    expect(figures(await telemetry.metrics())).toMatchObject({ firstToken: 3.65, duration: 3.73, gaps: [2, 0.06] });
  });

  it('of a promise of its own changes nothing: it is over when it settles', async () => {
    const telemetry = useTelemetry();
    const answer = async () => {
      await pass(200);
      return { end: 'stop' };
    };
    const promise = createWrapped(telemetry, answer).chat.create({});
    await pass(0);
    await pass(3000);
    await promise;
    expect(figures(await telemetry.metrics())).toMatchObject({ outcomes: { ok: 1 }, duration: 0.2 });
  });
});

describe('asResponse()', () => {
  it('ends the call when the headers are there: nobody tells what becomes of the body', async () => {
    const telemetry = useTelemetry();
    await createWrapped(telemetry, () => respond(150, { end: 'stop' }))
      .chat.create({})
      .asResponse();
    await pass(1000);
    const { outcomes, duration, usageMissing, tokens, streamDuration } = figures(await telemetry.metrics());
    expect({ outcomes, duration, usageMissing }).toEqual({ outcomes: { ok: 1 }, duration: 0.15, usageMissing: 1 });
    expect({ tokens, streamDuration }).toEqual({ tokens: {}, streamDuration: undefined });
  });

  it('and an await after it are one call', async () => {
    const telemetry = useTelemetry();
    const result = { end: 'stop' };
    const promise = createWrapped(telemetry, () => respond(150, result)).chat.create({});
    await promise.asResponse();
    expect(await promise).toBe(result);
    expect(figures(await telemetry.metrics())).toMatchObject({ outcomes: { ok: 1 }, duration: 0.15 });
  });
});

describe('requests in flight', () => {
  it('are those between the call of the method and its outcome', async () => {
    const telemetry = useTelemetry();
    const inFlight = async () => figures(await telemetry.metrics()).inFlight;
    const client = createWrapped(telemetry, async () => streamOf(STREAM));
    const promises = [client.chat.create({}), client.chat.create({})];
    expect(await inFlight()).toBe(2);
    const iterators = (await Promise.all(promises)).map((stream) => stream[Symbol.asyncIterator]());
    for (const iterator of iterators) await iterator.next();
    expect(await inFlight()).toBe(2);
    await iterators[0]!.return!();
    expect(await inFlight()).toBe(1);
    while (!(await iterators[1]!.next()).done);
    expect(await inFlight()).toBe(0);
  });
});

describe('a meter provider that changes during a call', () => {
  it('gets the numbers of the call, and the one before is left with nothing in flight', async () => {
    const [before, after] = [useTelemetry(), useTelemetry()];
    metrics.setGlobalMeterProvider(before.meterProvider);
    const client = wrapClient(
      createFakeClient(async () => streamOf(STREAM)),
      provider,
    );
    const iterator = (await client.chat.create({}))[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    expect(figures(await before.metrics())).toMatchObject({ inFlight: 1, outcomes: {} });
    metrics.disable();
    metrics.setGlobalMeterProvider(after.meterProvider);
    while (!(await iterator.next()).done);
    expect(figures(await before.metrics())).toMatchObject({ inFlight: 0, outcomes: {} });
    expect(figures(await after.metrics())).toMatchObject({ inFlight: 0, outcomes: { ok: 1 }, gaps: [2, 0.06] });
  });

  it('and then is none at all takes nothing from the consumer', async () => {
    const before = useTelemetry();
    metrics.setGlobalMeterProvider(before.meterProvider);
    const stream = new FakeStream(() => play(STREAM));
    const client = wrapClient(
      createFakeClient(async () => stream),
      provider,
    );
    const iterator = (await client.chat.create({}))[Symbol.asyncIterator]();
    await iterator.next();
    metrics.disable();
    let rest = 0;
    while (!(await iterator.next()).done) rest += 1;
    expect(rest).toBe(4);
    expect(figures(await before.metrics())).toMatchObject({ inFlight: 0, outcomes: {} });
  });

  it('and then is one that fails takes nothing from the consumer either', async () => {
    const before = useTelemetry();
    metrics.setGlobalMeterProvider(before.meterProvider);
    const client = wrapClient(
      createFakeClient(async () => streamOf(STREAM)),
      provider,
    );
    const iterator = (await client.chat.create({}))[Symbol.asyncIterator]();
    await iterator.next();
    metrics.disable();
    metrics.setGlobalMeterProvider({
      getMeter: () => {
        throw new Error('a fault of telemetry');
      },
    });
    let rest = 0;
    const { rejections } = await withRejections(async () => {
      while (!(await iterator.next()).done) rest += 1;
    });
    expect({ rest, rejections }).toEqual({ rest: 4, rejections: [] });
    expect(figures(await before.metrics())).toMatchObject({ inFlight: 0, outcomes: {} });
  });
});
