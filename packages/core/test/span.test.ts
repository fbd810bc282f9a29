import type { Attributes } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GenAiProfile } from '../src/catalogue';
import type { ProviderDescriptor } from '../src/descriptor';
import { type CallFacts, NO_TOKEN, OUTPUT } from '../src/types';
import { wrapClient } from '../src/wrap';
import { createFakeClient, FakeStream } from './fake-sdk';
import { onlySpan, pass, useTelemetry } from './measure';

const EPOCH = 1_800_000_000_123;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: EPOCH });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Puts what the answer says into the facts. */
function fold(facts: CallFacts, answer: unknown): void {
  const { finish = [], ...said } = answer as Partial<CallFacts> & { finish?: string[] };
  Object.assign(facts, said);
  for (const [choice, reason] of finish.entries()) if (reason !== '') facts.finish(choice, reason);
}

const DESCRIPTOR: ProviderDescriptor = {
  name: 'fake',
  methods: [
    {
      resource: ['chat'],
      method: 'create',
      operation: 'chat',
      model: (request) => (request as { model?: string }).model,
      attributes: (request) => (request as { attributes?: Attributes }).attributes ?? {},
      chunk: (facts, chunk) => {
        fold(facts, chunk);
        return (chunk as { text?: string }).text === undefined ? NO_TOKEN : OUTPUT;
      },
      result: fold,
    },
  ],
  copies: [],
  destination: () => ({ provider: 'fake', baseURL: 'http://localhost:1234/v1' }),
};

interface Played {
  readonly answer?: () => unknown;
  readonly request?: object;
  readonly genAi?: GenAiProfile;
  readonly descriptor?: Partial<ProviderDescriptor>;
}

/** The span of one call, read to its end if it is a stream. */
async function spanOf({ answer = () => ({}), request = { model: 'fake-1' }, genAi, descriptor }: Played) {
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const client = wrapClient(
    createFakeClient(async () => answer()),
    { ...DESCRIPTOR, ...descriptor },
    { meterProvider, tracerProvider, ...(genAi !== undefined && { genAi }) },
  );
  try {
    const value = await client.chat.create(request);
    if (value instanceof FakeStream) for await (const _ of value);
  } catch {}
  return onlySpan(telemetry);
}

const attributesOf = async (played: Played): Promise<Attributes> => (await spanOf(played)).attributes;

describe('the span of a call', () => {
  it('is a client span with the names of operation and model', async () => {
    expect(await spanOf({})).toMatchObject({ name: 'chat fake-1', kind: 'CLIENT' });
    expect(await spanOf({ request: {} })).toMatchObject({ name: 'chat' });
  });

  it('says what was called, where, and how it ended', async () => {
    expect(await attributesOf({})).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'fake',
      'gen_ai.request.model': 'fake-1',
      'server.address': 'localhost',
      'server.port': 1234,
      'llm.outcome': 'ok',
    });
  });

  it('has the requested model whole, where the label is cut', async () => {
    const model = 'x'.repeat(1000);
    expect(await attributesOf({ request: { model } })).toMatchObject({ 'gen_ai.request.model': model });
  });

  it('says that the model is unknown where none was asked for', async () => {
    expect(await attributesOf({ request: {} })).toMatchObject({ 'gen_ai.request.model': 'unknown' });
  });

  it('begins with the call, to the millisecond, and lasts as long as it', async () => {
    const tracer = vi.fn();
    const startSpan = (_: string, { startTime }: { startTime: [number, number] }) => {
      tracer(startTime);
      return { isRecording: () => false, spanContext: () => ({}), end: tracer };
    };
    const client = wrapClient(
      createFakeClient(() => pass(1950)),
      DESCRIPTOR,
      { tracerProvider: { getTracer: () => ({ startSpan }) as never } },
    );
    await client.chat.create({});
    expect(tracer.mock.calls).toEqual([[[1_800_000_000, 123_000_000]], [[1_800_000_002, 73_000_000]]]);
  });

  it('has what the descriptor says of request and destination', async () => {
    const spanAttributes = vi.fn(() => ({ 'nvidia.nim.model': 'x', left: undefined }) as unknown as Attributes);
    const request = { model: 'fake-1', attributes: { 'gen_ai.request.seed': 5 } };
    const attributes = await attributesOf({ request, descriptor: { spanAttributes } });
    expect(attributes).toMatchObject({ 'nvidia.nim.model': 'x', 'gen_ai.request.seed': 5 });
    expect(attributes).not.toHaveProperty('left');
    expect(spanAttributes).toHaveBeenCalledWith(expect.objectContaining({ provider: 'fake' }), 'fake-1');
    await spanOf({ request: {}, descriptor: { spanAttributes } });
    expect(spanAttributes).toHaveBeenLastCalledWith(expect.objectContaining({ provider: 'fake' }), 'unknown');
  });

  it('has what the server said of itself', async () => {
    const answer = () => ({ responseId: 'r-1', responseModel: 'answered-1', finish: ['stop'] });
    expect(await attributesOf({ answer })).toMatchObject({
      'gen_ai.response.id': 'r-1',
      'gen_ai.response.model': 'answered-1',
      'gen_ai.response.finish_reasons': ['stop'],
    });
  });

  it('says of a choice without a finish reason that it ended in an error', async () => {
    const answer = () => ({ finish: ['', 'stop'] });
    expect(await attributesOf({ answer })).toMatchObject({ 'gen_ai.response.finish_reasons': ['error', 'stop'] });
  });

  it('says nothing of finish reasons where no choice has one', async () => {
    const answer = () => ({ finishReasons: ['', ''] });
    expect(await attributesOf({ answer })).not.toHaveProperty(['gen_ai.response.finish_reasons']);
  });

  it('has service tier and fingerprint of OpenAI alone', async () => {
    const answer = () => ({ serviceTier: 'flex', systemFingerprint: 'fp_1' });
    const openai = { destination: () => ({ provider: 'openai', baseURL: undefined }) };
    expect(await attributesOf({ answer, descriptor: openai })).toMatchObject({
      'openai.response.service_tier': 'flex',
      'openai.response.system_fingerprint': 'fp_1',
    });
    expect(JSON.stringify(await attributesOf({ answer }))).not.toContain('openai');
  });
});

describe('the span of a stream', () => {
  const play = (...chunks: object[]) => ({
    answer: () =>
      new FakeStream(async function* () {
        for (const chunk of chunks) {
          await pass(250);
          yield chunk;
        }
      }),
  });

  it('has the time to the first chunk, and the longest gap', async () => {
    expect(await attributesOf(play({}, { text: 'a' }, { finish: ['stop'] }))).toMatchObject({
      'gen_ai.response.time_to_first_chunk': 0.25,
      'llm.stream.max_gap': 0.25,
      'llm.outcome': 'ok',
    });
  });

  it('has no gap where one chunk came, and nothing of either where none did', async () => {
    const one = await attributesOf(play({ finish: ['stop'] }));
    expect(one).toMatchObject({ 'gen_ai.response.time_to_first_chunk': 0.25 });
    expect(one).not.toHaveProperty(['llm.stream.max_gap']);
    const none = await attributesOf(play());
    expect(none).not.toHaveProperty(['gen_ai.response.time_to_first_chunk']);
    expect(none).not.toHaveProperty(['llm.stream.max_gap']);
  });

  it('that ended too soon is an error of that name', async () => {
    expect(await spanOf(play({ text: 'a' }))).toMatchObject({
      status: { code: 'ERROR', message: 'stream ended early' },
      attributes: { 'llm.outcome': 'truncated', 'error.type': 'truncated' },
    });
  });
});

describe('the status of a span', () => {
  const failing = (error: unknown): Played => ({
    answer: () => {
      throw error;
    },
  });

  it('is unset for a call that went well', async () => {
    expect((await spanOf({})).status.code).toBe('UNSET');
    expect(await attributesOf({})).not.toHaveProperty(['error.type']);
  });

  it('is an error with the message of a call that failed', async () => {
    expect(await spanOf(failing(new RangeError('too much')))).toMatchObject({
      status: { code: 'ERROR', message: 'too much' },
      attributes: { 'llm.outcome': 'error', 'error.type': 'RangeError' },
    });
  });

  it('is an error without a message where there is none', async () => {
    expect((await spanOf(failing({ message: 5 }))).status).toMatchObject({ code: 'ERROR' });
    expect((await spanOf(failing({ message: 5 }))).status.message ?? '').toBe('');
  });

  it('is unset for a call that was aborted, which has no error type', async () => {
    const span = await spanOf(failing(new DOMException('stopped', 'AbortError')));
    expect(span).toMatchObject({ status: { code: 'UNSET' }, attributes: { 'llm.outcome': 'aborted' } });
    expect(span.attributes).not.toHaveProperty(['error.type']);
  });
});

describe('the names of the conventions', () => {
  const usage = { input: 10, output: 5, cacheRead: 4, cacheWrite: 3, reasoning: 2 };
  const request = {
    attributes: {
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.request.previous_response.id': 'r-0',
      'gen_ai.request.seed': 1,
    },
  };
  const COMMON = {
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 5,
    'gen_ai.usage.cache_read.input_tokens': 4,
    'gen_ai.usage.reasoning.output_tokens': 2,
    'gen_ai.request.seed': 1,
  };
  const NEW = { 'gen_ai.request.reasoning.level': 'low', 'gen_ai.request.previous_response.id': 'r-0' };
  const WRITE = { 'gen_ai.usage.cache_write.input_tokens': 3 };
  const CREATION = { 'gen_ai.usage.cache_creation.input_tokens': 3 };

  it.each<[GenAiProfile | undefined, Attributes]>([
    [undefined, { ...COMMON, ...NEW, ...WRITE }],
    ['latest', { ...COMMON, ...NEW, ...WRITE }],
    ['v1.41', { ...COMMON, ...CREATION }],
    ['both', { ...COMMON, ...NEW, ...WRITE, ...CREATION }],
    // The profile is one of metrics: a span always has names.
    ['off', { ...COMMON, ...NEW, ...WRITE }],
  ])('of profile %s are on the span', async (genAi, expected) => {
    const attributes = await attributesOf({
      answer: () => ({ usage }),
      request,
      ...(genAi !== undefined && { genAi }),
    });
    const told = Object.entries(attributes).filter(([key]) => /^gen_ai\.(usage|request\.(?!model))/.test(key));
    expect(Object.fromEntries(told)).toEqual(expected);
  });

  it('are there for what the server counted alone, zeros too', async () => {
    const attributes = await attributesOf({ answer: () => ({ usage: { input: 0 } }) });
    expect(Object.entries(attributes).filter(([key]) => key.startsWith('gen_ai.usage'))).toEqual([
      ['gen_ai.usage.input_tokens', 0],
    ]);
  });
});
