import { setTimeout } from 'node:timers/promises';
import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collectGarbage } from '../../testing/src/conformance/garbage.ts';
import { withRejections } from '../../testing/src/conformance/rejections.ts';
import { type CountedSpan, createCountingTracer } from './counting-tracer';
import { createProps, FakeApiPromise, type FakeProps } from './fake-api-promise';
import { createFakeClient, type FakeChunk, FakeStream, provider } from './fake-sdk';
import { figures, useTelemetry } from './measure';

const TEXT: FakeChunk = { kind: 'text' };
const STOP: FakeChunk = { end: 'stop' };
const DONE = { done: true, value: undefined };
const step = (value: FakeChunk): IteratorResult<FakeChunk> => ({ done: false, value });

const fail = (message: string) => (): never => {
  throw new RangeError(message);
};

/** An object that throws whatever is done to it. */
const poisoned = (): object =>
  new Proxy({}, { get: fail('get'), has: fail('has'), getPrototypeOf: fail('prototype'), ownKeys: fail('keys') });

const POISONED = poisoned();
const RESULT = Object.freeze({ end: 'stop' });

/** An object with one property whose getter throws. */
const trap = <Target extends object>(target: Target, key: string): Target =>
  Object.defineProperty(target, key, { get: fail(`the getter of ${key}`), configurable: true, enumerable: true });

type Iteration = Partial<Record<'next' | 'return' | 'throw', unknown>>;

const leave = () => Promise.resolve(DONE);

/** A stream whose iterator has these methods, each of which is told how often it was called before. */
const streamBy = (methods: Readonly<Record<string, ((time: number) => unknown) | undefined>>): FakeStream => {
  const iteration: Iteration = {};
  const all: typeof methods = { return: leave, ...methods };
  for (const [name, method] of Object.entries(all)) {
    if (method === undefined) continue;
    let time = 0;
    iteration[name as 'next'] = () => method(time++);
  }
  return new FakeStream(() => iteration as unknown as AsyncIterator<FakeChunk>);
};

const sound = (time: number) => Promise.resolve([step(TEXT), step(STOP)][time] ?? DONE);
const soundStream = () => streamBy({ next: sound });

/** `sound` but for one call of it. */
const but = (at: number, odd: () => unknown) => (time: number) => (time === at ? odd() : sound(time));

/** A promise of its own kind: no `catch`, and it counts how often it was subscribed to. */
const thenable = (value: unknown) => ({
  // biome-ignore lint/suspicious/noThenProperty: that is the point.
  then: (resolve: (value: unknown) => void) => resolve(value),
});

const lazy = (props: Partial<FakeProps>, parse: () => unknown = async () => soundStream()) =>
  new FakeApiPromise(Promise.resolve({ ...createProps(), ...props } as FakeProps), parse as () => Promise<unknown>);

interface Odd {
  readonly answer: () => unknown;
  /** How the call must be counted at once when it is read to its end. Default: in any one way, and in the end. */
  readonly outcome?: string;
}

const ITERATORS: Readonly<Record<string, Odd>> = {
  'is a sound one (to compare with)': { answer: soundStream, outcome: 'ok' },
  'has no return() and no throw()': { answer: () => streamBy({ next: sound, return: undefined }) },
  'has a next() that throws at once': { answer: () => streamBy({ next: but(1, fail('now')) }), outcome: 'error' },
  'has a next() that throws at first': { answer: () => streamBy({ next: fail('now') }), outcome: 'error' },
  'has a next() that gives no promise': { answer: () => streamBy({ next: but(1, () => step(STOP)) }) },
  'has a next() that gives no promise, ever': {
    answer: () => streamBy({ next: (time) => [step(TEXT), step(STOP)][time] ?? DONE }),
  },
  'has a next() that gives a thenable': { answer: () => streamBy({ next: but(1, () => thenable(step(STOP))) }) },
  'has a next() that gives nothing': { answer: () => streamBy({ next: but(1, () => undefined) }) },
  'has a next() that resolves to nothing': { answer: () => streamBy({ next: but(1, async () => undefined) }) },
  'has a next() that resolves to text': { answer: () => streamBy({ next: but(1, async () => 'text') }) },
  'has a next() that rejects with nothing': {
    answer: () => streamBy({ next: but(1, () => Promise.reject()) }),
    outcome: 'error',
  },
  'has a step with a poisoned done': {
    answer: () => streamBy({ next: but(1, async () => trap({ value: STOP }, 'done')) }),
  },
  'has a step with a poisoned value': {
    answer: () => streamBy({ next: but(1, async () => trap({ done: false }, 'value')) }),
  },
  'has a return() that throws': { answer: () => streamBy({ next: sound, return: fail('return') }) },
  'has a return() that gives nothing': { answer: () => streamBy({ next: sound, return: () => undefined }) },
  'has no methods at all': { answer: () => streamBy({ return: undefined }) },
  'is nothing': { answer: () => new FakeStream(() => undefined as never) },
  'is not made: iterator() throws': { answer: () => new FakeStream(fail('iterator')) },
};

const STREAMS: Readonly<Record<string, Odd>> = {
  'is frozen': { answer: () => Object.freeze(soundStream()) },
  'has no controller': { answer: () => Object.assign(soundStream(), { controller: undefined }), outcome: 'ok' },
  'has a controller without a signal': {
    answer: () => Object.assign(soundStream(), { controller: {} }),
    outcome: 'ok',
  },
  'has a poisoned controller': { answer: () => trap(soundStream(), 'controller') },
  'has a poisoned signal': { answer: () => Object.assign(soundStream(), { controller: trap({}, 'signal') }) },
  'has a poisoned aborted': {
    answer: () => Object.assign(streamBy({ next: async () => DONE }), { controller: { signal: trap({}, 'aborted') } }),
  },
  'has an iterator that cannot be replaced': {
    answer: () => {
      const stream = soundStream();
      return Object.defineProperty(stream, 'iterator', {
        value: stream.iterator,
        writable: false,
        configurable: false,
      });
    },
  },
  'has a poisoned iterator': { answer: () => trap(soundStream(), 'iterator') },
};

const CHUNKS: Readonly<Record<string, Odd>> = Object.fromEntries(
  Object.entries({
    nothing: undefined,
    null: null,
    'a number': 5,
    text: 'text',
    'a function': () => {},
    frozen: Object.freeze({ kind: 'text' }),
    poisoned: poisoned(),
    'an object with a poisoned field': trap({}, 'usage'),
  }).map(([name, chunk]) => [
    name,
    { answer: () => streamBy({ next: but(0, async () => ({ done: false, value: chunk })) }) },
  ]),
);

const RESULTS: Readonly<Record<string, Odd>> = Object.fromEntries(
  Object.entries({ nothing: undefined, null: null, text: 'text', frozen: Object.freeze({}), poisoned: poisoned() }).map(
    ([name, result]) => [
      name,
      { answer: () => lazy({}, () => Promise.resolve({ result }).then(({ result: one }) => one)) },
    ],
  ),
);

const circular: Record<string, unknown> = {};
circular.cause = circular;

const ERRORS: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  text: 'boom',
  'a symbol': Symbol('boom'),
  frozen: Object.freeze(new Error('boom')),
  'without a prototype': Object.create(null),
  'its own cause': circular,
  poisoned: poisoned(),
  'an error with a poisoned name': trap(new Error('boom'), 'name'),
  'an error with a poisoned status': trap(new Error('boom'), 'status'),
  'an error with a poisoned code': trap(new Error('boom'), 'code'),
  'an error with a poisoned cause': trap(new Error('boom'), 'cause'),
  'an error with a poisoned message': trap(new Error('boom'), 'message'),
  'an error with a poisoned constructor': trap(new Error('boom'), 'constructor'),
};

const RESPONSES: Readonly<Record<string, Odd>> = {
  'has no response': { answer: () => lazy({ response: undefined as never }), outcome: 'ok' },
  'has no headers': { answer: () => lazy({ response: {} as never }), outcome: 'ok' },
  'has headers whose get() throws': {
    answer: () => lazy({ response: { headers: { get: fail('get') } } }),
    outcome: 'ok',
  },
  'has headers whose get() gives an object': {
    answer: () => lazy({ response: { headers: { get: () => ({}) as never } } }),
    outcome: 'ok',
  },
  'has headers whose get() gives an endless number': {
    answer: () => lazy({ response: { headers: { get: () => '1e999' } } }),
    outcome: 'ok',
  },
  'has headers without get()': { answer: () => lazy({ response: { headers: {} as never } }), outcome: 'ok' },
  'has no controller': { answer: () => lazy({ controller: undefined as never }), outcome: 'ok' },
  'is frozen': {
    answer: () => new FakeApiPromise(Promise.resolve(Object.freeze(createProps())), async () => soundStream()),
    outcome: 'ok',
  },
  'is nothing': { answer: () => new FakeApiPromise(Promise.resolve(undefined as never), async () => soundStream()) },
  'is parsed at once, without a promise': { answer: () => lazy({}, () => RESULT) },
  'is parsed to a thenable': { answer: () => lazy({}, () => thenable(RESULT)) },
  'is parsed by a function that throws at once': { answer: () => lazy({}, fail('parse')), outcome: 'error' },
};

const ANSWERS: Readonly<Record<string, Odd>> = {
  nothing: { answer: () => undefined },
  text: { answer: () => 'text' },
  'a result without a promise': { answer: () => RESULT },
  'a thenable': { answer: () => thenable(RESULT) },
  poisoned: { answer: () => POISONED },
};

type Client = ReturnType<typeof createFakeClient<unknown>>;

/** What a caller sees of the call: its result, or the chunks it read before it left, and how that ended. */
async function look(client: Client, leave: boolean): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    const returned = client.chat.create({ model: 'fake-1' });
    const value = isThenable(returned) ? await returned : returned;
    if (!isStream(value)) return [value];
    for await (const chunk of value) {
      seen.push(chunk);
      if (leave) break;
    }
    seen.push('the end');
  } catch (error) {
    seen.push('an error', error);
  }
  return seen;
}

const attempt = (read: () => boolean): boolean => {
  try {
    return read();
  } catch {
    return false;
  }
};
const isThenable = (value: unknown): boolean =>
  attempt(() => typeof (value as PromiseLike<unknown>).then === 'function');
const isStream = (value: unknown): value is FakeStream => attempt(() => value instanceof FakeStream);

/** The same objects; an error that was made on the way has one that says the same. */
function expectSame(wrapped: readonly unknown[], bare: readonly unknown[]): void {
  const isEqual = (one: unknown, other: unknown): boolean =>
    attempt(() => one instanceof Error && other instanceof Error && String(one) === String(other));
  const same = wrapped.map((one, index) => Object.is(one, bare[index]) || isEqual(one, bare[index]));
  expect(same).toEqual(bare.map(() => true));
}

let warnings: string[];

beforeEach(() => {
  // Another copy of the package: each says a warning once.
  vi.resetModules();
  warnings = [];
  const ignore = () => {};
  const logger = { error: ignore, info: ignore, debug: ignore, verbose: ignore };
  const warn = (line: string): void => void warnings.push(line);
  diag.setLogger({ ...logger, warn }, { suppressOverrideMessage: true });
});

afterEach(() => diag.disable());

/** Reads to the end, and leaves after a chunk; bare and wrapped. */
async function expectUnseen({ answer, outcome }: Odd): Promise<void> {
  const { wrapClient } = await import('../src/wrap');
  const { meterProvider, metrics } = useTelemetry();
  const { spans, tracerProvider } = createCountingTracer();
  const readBoth = (client: Client) =>
    withRejections(async () => [...(await look(client, false)), ...(await look(client, true))]);
  const bare = await readBoth(createFakeClient(answer));
  const options = { meterProvider, tracerProvider, streamIdleTimeoutMillis: 30 };
  const wrapped = await readBoth(wrapClient(createFakeClient(answer), provider, options));
  expectSame(wrapped.result, bare.result);
  expect(wrapped.rejections).toHaveLength(bare.rejections.length);
  expect(warnings).toEqual([...new Set(warnings)].slice(0, 2));
  if (outcome === undefined) await untilEnded(spans);
  const { outcomes, inFlight } = figures(await metrics());
  const ended = Object.values(outcomes).reduce((left, right) => left + right, 0);
  expect({ ended, inFlight, ends: spans.map(({ ends }) => ends) }).toEqual({ ended: 2, inFlight: 0, ends: [1, 1] });
  if (outcome !== undefined) expect(outcomes[outcome]).toBeGreaterThanOrEqual(1);
}

/** A call whose end nobody told us is found by the collector, or by its idle time. */
async function untilEnded(spans: readonly CountedSpan[]): Promise<void> {
  for (let attempt = 0; attempt < 30 && spans.some(({ ends }) => ends === 0); attempt++) {
    collectGarbage();
    await setTimeout(10);
  }
}

const promised = (answer: () => unknown) => async () => answer();

describe('the caller sees what it sees of the bare client when', () => {
  describe.each([
    ['the iterator', ITERATORS],
    ['the stream', STREAMS],
    ['a chunk is', CHUNKS],
  ])('%s', (_, table) => {
    it.each(Object.entries(table))('%s', (_, odd) => expectUnseen({ ...odd, answer: promised(odd.answer) }));
  });

  describe.each([
    ['the result is', RESULTS],
    ['the response', RESPONSES],
    ['the method gives', ANSWERS],
  ])('%s', (_, table) => {
    it.each(Object.entries(table))('%s', (_, odd) => expectUnseen(odd));
  });

  describe.each<[string, (error: unknown) => () => unknown]>([
    ['the call fails with', (error) => () => Promise.reject(error)],
    ['the response fails with', (error) => () => new FakeApiPromise(Promise.reject(error), async () => undefined)],
    ['the body fails with', (error) => () => lazy({}, () => Promise.reject(error))],
    ['the stream fails with', (error) => async () => streamBy({ next: () => Promise.reject(error) })],
    [
      'the method throws',
      (error) => () => {
        throw error;
      },
    ],
  ])('%s', (_, failWith) => {
    it.each(Object.entries(ERRORS))('%s', (_, error) => expectUnseen({ answer: failWith(error), outcome: 'error' }));
  });
});
