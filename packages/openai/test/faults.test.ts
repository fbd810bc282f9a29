import { context, diag } from '@opentelemetry/api';
import type OpenAI from 'openai';
import { APIPromise } from 'openai/api-promise';
import { Stream } from 'openai/streaming';
import { afterEach, describe, expect, it } from 'vitest';
import { figures, useTelemetry } from '../../core/test/measure';
import { withRejections } from '../../testing/src/conformance/rejections.ts';
import { type WrapOpenAIOptions, wrapOpenAI } from '../src/index';
import { type Answer, createClient, createClientOf, DONE, type Frames } from './mock-fetch';

const REQUEST = { model: 'm', messages: [] };
const chunk = (delta: object, finish: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const FRAMES: Frames = [
  [0, chunk({ role: 'assistant', content: '' })],
  [0, chunk({ content: 'Hello' })],
  [0, chunk({}, 'stop')],
  [0, DONE],
];
const RESULT = {
  ...chunk({}),
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

const fail = (): never => {
  throw new RangeError('poisoned');
};
const trap = <Target extends object>(target: Target, key: string): Target =>
  Object.defineProperty(target, key, { get: fail, configurable: true, enumerable: true });

type Use = (client: OpenAI) => unknown;
type Fetch = Parameters<typeof createClientOf>[0];

const read = async (stream: AsyncIterable<unknown>, most = Number.POSITIVE_INFINITY): Promise<unknown[]> => {
  const items: unknown[] = [];
  for await (const item of stream) if (items.push(item) >= most) break;
  return items;
};
const streamed = (client: OpenAI) => client.chat.completions.create({ ...REQUEST, stream: true });

/** What can be done with a stream and with a result. */
const STREAM_USES: Readonly<Record<string, Use>> = {
  'for await': async (client) => read(await streamed(client)),
  break: async (client) => read(await streamed(client), 1),
  'tee()': async (client) => Promise.all((await streamed(client)).tee().map((branch) => read(branch))),
  'toReadableStream()': async (client) => new Response((await streamed(client)).toReadableStream() as never).text(),
  'withResponse()': async (client) => read((await streamed(client).withResponse()).data),
  'stream()': async (client) => client.chat.completions.stream(REQUEST).finalChatCompletion(),
};
const RESULT_USES: Readonly<Record<string, Use>> = {
  await: (client) => client.chat.completions.create(REQUEST),
  'withResponse()': async (client) => (await client.chat.completions.create(REQUEST).withResponse()).data,
  'asResponse()': async (client) => (await client.chat.completions.create(REQUEST).asResponse()).json(),
  'parse()': (client) => client.chat.completions.parse(REQUEST),
  'then()': (client) => client.chat.completions.create(REQUEST).then(({ id }) => id),
};

async function attempt(work: () => unknown): Promise<unknown> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: `${(error as object | undefined)?.constructor.name}: ${String((error as Error)?.message)}` };
  }
}

/** The same for a bare client and a wrapped one, and no rejection that nobody handles. */
async function expectUnseen(create: () => OpenAI, use: Use, options: WrapOpenAIOptions = {}): Promise<unknown> {
  const bare = await withRejections(() => attempt(() => use(create())));
  const wrapped = await withRejections(() => attempt(() => use(wrapOpenAI(create(), options))));
  expect(wrapped.result).toEqual(bare.result);
  expect(wrapped.rejections.length).toBe(bare.rejections.length);
  return bare.result;
}

afterEach(() => {
  diag.disable();
  context.disable();
});

const broken = { getMeter: fail, getTracer: fail };
const meterOf = (members: object) => ({ getMeter: () => members as never });
const throwing = { createHistogram: fail, createObservableCounter: fail };
const histogram = { record: fail };
const observable = { addCallback: () => {} };
const recording = {
  createHistogram: () => histogram,
  createObservableCounter: () => observable,
  createObservableGauge: () => observable,
  createObservableUpDownCounter: () => observable,
};
const tracerOf = (span: unknown) => ({ getTracer: () => ({ startSpan: () => span }) as never });

const FAULTS: Readonly<Record<string, WrapOpenAIOptions>> = {
  'the meter provider': { meterProvider: broken },
  'the meter': { meterProvider: meterOf(throwing) },
  'a histogram': { meterProvider: meterOf(recording) },
  'the tracer provider': { tracerProvider: broken },
  'the tracer': { tracerProvider: { getTracer: () => ({ startSpan: fail }) as never } },
  'a span': { tracerProvider: tracerOf(new Proxy({}, { get: fail })) },
  'no span': { tracerProvider: tracerOf(undefined) },
  pricing: { pricing: fail },
  'everything at once': { meterProvider: broken, tracerProvider: broken, pricing: fail },
};

/** Every use in turn, in one go. */
const all =
  (uses: Readonly<Record<string, Use>>): Use =>
  async (client) => {
    const seen: unknown[] = [];
    for (const [name, use] of Object.entries(uses)) seen.push(name, await attempt(() => use(client)));
    return seen;
  };
const lines = (uses: object) => Object.keys(uses).flatMap((name) => [name, { value: expect.anything() }]);

describe.each(Object.entries(FAULTS))('with a fault of %s', (_, options) => {
  it('every use of a stream gives what it gave', async () => {
    diag.setLogger({ error: fail, warn: fail, info: fail, debug: fail, verbose: fail });
    const seen = await expectUnseen(() => createClient({ frames: FRAMES }), all(STREAM_USES), options);
    expect(seen).toEqual({ value: lines(STREAM_USES) });
  });

  it('every use of a result gives what it gave', async () => {
    const seen = await expectUnseen(() => createClient({ body: RESULT }), all(RESULT_USES), options);
    expect(seen).toEqual({ value: lines(RESULT_USES) });
  });
});

const completions = (client: OpenAI) => client.chat.completions;

describe('a client', () => {
  it.each<[string, (client: OpenAI) => OpenAI]>([
    ['that is frozen', (client) => Object.freeze(client) as OpenAI],
    [
      'whose resources are frozen',
      (client) => {
        Object.freeze(completions(client));
        return client;
      },
    ],
    ['whose base URL is a getter that throws', (client) => trap(client, 'baseURL')],
    ['behind a proxy', (client) => new Proxy(client, {})],
    ['behind a proxy that says no to changes', (client) => new Proxy(client, { defineProperty: () => false })],
    ['whose resources cannot be read', (client) => trap(client, 'chat')],
    ['without resources', (client) => Object.assign(client, { chat: undefined })],
  ])('%s is used as before', async (_, disguise) => {
    await expectUnseen(() => disguise(createClient({ body: RESULT })), RESULT_USES.await!);
    await expectUnseen(() => disguise(createClient({ frames: FRAMES })), STREAM_USES['for await']!);
  });
});

describe('a request', () => {
  const reads: string[] = [];
  const counted = (): object => ({
    get model() {
      reads.push('model');
      return 'm';
    },
    get messages() {
      reads.push('messages');
      return [];
    },
  });

  it.each<[string, () => unknown]>([
    ['that is nothing', () => undefined],
    ['that is null', () => null],
    ['that is text', () => 'text'],
    ['that is frozen', () => Object.freeze({ ...REQUEST })],
    ['without a model', () => ({ messages: [] })],
    ['whose model is an object', () => ({ model: { toJSON: () => 'm' }, messages: [] })],
    ['whose getter throws', () => trap({ ...REQUEST }, 'model')],
    ['that is a proxy which hides its properties', () => new Proxy(REQUEST, { getOwnPropertyDescriptor: fail })],
    ['that refers to itself', () => Object.assign({ ...REQUEST }, { self: REQUEST })],
    ['that cannot be serialised', () => ({ ...REQUEST, seed: 1n })],
  ])('%s is answered as before', async (_, request) => {
    const use: Use = (client) => completions(client).create(request() as typeof REQUEST);
    await expectUnseen(() => createClient({ body: RESULT }), use);
  });

  it('whose getters count is read as often as before', async () => {
    const use: Use = (client) => completions(client).create(counted() as typeof REQUEST);
    await attempt(() => use(createClient({ body: RESULT })));
    const bare = reads.splice(0);
    await attempt(() => use(wrapOpenAI(createClient({ body: RESULT }))));
    expect(reads.splice(0)).toEqual(bare);
  });
});

/** A body that breaks after its first frame. */
const breaking = (error: unknown): Answer => ({ frames: [...FRAMES.slice(0, 2), [0, error]] });

describe('a server', () => {
  const cases: Readonly<Record<string, Fetch>> = {
    'that cannot be called': fail,
    'that cannot be reached': () => Promise.reject(new TypeError('fetch failed')),
    'that answers nothing': async () => undefined as never,
    'that answers without a body': async () => new Response(null, { headers: { 'content-type': 'text/event-stream' } }),
    'that answers 204': async () => new Response(null, { status: 204 }),
    'that answers text': async () => new Response('Hello'),
    'that answers no JSON': async () => new Response('{', { headers: { 'content-type': 'application/json' } }),
    'that answers 500 with junk': async () => new Response('<html>', { status: 500 }),
    'that answers null': async () => new Response('null', { headers: { 'content-type': 'application/json' } }),
    'whose headers are junk': async () =>
      new Response(JSON.stringify(RESULT), {
        headers: { 'content-type': 'application/json', 'x-ratelimit-remaining-requests': 'many' },
      }),
  };

  it.each(Object.entries(cases))('%s is seen as before, and each call ends once', async (_, fetch) => {
    const { meterProvider, metrics } = useTelemetry();
    for (const use of [RESULT_USES.await!, STREAM_USES['for await']!, STREAM_USES['stream()']!]) {
      await expectUnseen(() => createClientOf(fetch), use, { meterProvider });
    }
    const { outcomes, inFlight } = figures(await metrics());
    expect(Object.values(outcomes).reduce((left, right) => left + right)).toBe(3);
    expect(inFlight).toBe(0);
  });

  it.each<[string, unknown, string]>([
    ['with an error', new TypeError('terminated'), 'error'],
    ['with an abort', new DOMException('gone', 'AbortError'), 'aborted'],
    ['with no JSON', 'data: {"id":\n\n', 'error'],
    ['with an error object', { error: { message: 'boom', code: 503 } }, 'error'],
  ])('that breaks off %s is seen as before', async (_, error, outcome) => {
    const { meterProvider, metrics } = useTelemetry();
    for (const use of [STREAM_USES['for await']!, STREAM_USES['tee()']!]) {
      await expectUnseen(() => createClient(breaking(error)), use, { meterProvider });
    }
    expect(figures(await metrics())).toMatchObject({ outcomes: { [outcome]: 2 }, inFlight: 0 });
  });
});

describe("an object of the SDK's own classes", () => {
  const clientWith = (create: (client: OpenAI) => unknown): OpenAI => {
    const client = createClientOf(fail);
    return Object.assign(client, { chat: { completions: { create: () => create(client) } } });
  };
  const props = () => ({ response: new Response(), options: {}, controller: new AbortController() }) as never;

  it('that parses at once is awaited as before', async () => {
    const create = () =>
      clientWith((client) => new APIPromise(client, Promise.resolve(props()), () => RESULT as never));
    expect(await expectUnseen(create, RESULT_USES.await!)).toEqual({ value: RESULT });
    expect(await expectUnseen(create, RESULT_USES['withResponse()']!)).toEqual({ value: RESULT });
  });

  it.each<[string, () => object]>([
    ['without return() and throw()', () => ({ next: async () => ({ done: true, value: undefined }) })],
    ['that gives steps without promises', () => ({ next: () => ({ done: true, value: undefined }) })],
    ['whose next() throws', () => ({ next: fail })],
    ['whose steps are nothing', () => ({ next: async () => undefined })],
    ['that is nothing', () => undefined as never],
  ])('with an iterator %s is read as before', async (_, iterator) => {
    const stream = () => new Stream(iterator as never, new AbortController());
    const create = () =>
      clientWith((client) => new APIPromise(client, Promise.resolve(props()), async () => stream() as never));
    await expectUnseen(create, STREAM_USES['for await']!);
    await expectUnseen(create, STREAM_USES['toReadableStream()']!);
  });
});
