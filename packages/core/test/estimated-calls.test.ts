import { describe, expect, it, vi } from 'vitest';
import type { ContentMapping, ContentTools } from '../src/content/mapping';
import type { MethodDescriptor } from '../src/descriptor';
import { MOST_UNITS } from '../src/estimate/texts';
import type { WrapOptions } from '../src/options';
import { ownString } from '../src/own';
import { wrapClient } from '../src/wrap';
import { ANSWER, createLogs, lazily, mapping, OUTPUT, read, SECRET, say, settled } from './content-client';
import { FakeStream, provider } from './fake-sdk';
import { streamOf, useTelemetry } from './measure';

/** A tokenizer that makes a token of each unit. */
const tokenizer = vi.hoisted(() => ({ countTokens: (text: string) => text.length }));
vi.mock('gpt-tokenizer/encoding/o200k_base', () => tokenizer);

/** Around the one message and before the answer. */
const FRAME = 4 + 3;
const PROMPT = SECRET.length + FRAME;

interface Answers {
  readonly create?: (request: object) => unknown;
  readonly method?: Partial<MethodDescriptor>;
  readonly options?: WrapOptions;
}

/** A client of a server that tells no usage, and what is estimated of its calls. */
async function estimating({ create = () => lazily({ text: ANSWER }), method, options }: Answers = {}) {
  const telemetry = useTelemetry();
  const content = vi.fn(async () => mapping);
  const methods = [{ ...provider.methods[0]!, content, ...method }];
  const client = wrapClient(
    { chat: { create: (request: object) => create(request) } },
    { ...provider, methods },
    { ...telemetry, estimateTokens: true, ...options },
  );
  await vi.dynamicImportSettled();
  await settled();
  /** The tokens that were recorded when there was time to count, by type and source. */
  const tokens = async () => {
    await settled(60);
    return Object.fromEntries(
      (await telemetry.metrics()).flatMap((row) => {
        if (row.name !== 'llm_tokens_total' || row.type === 'histogram') return [];
        const { type, source } = row.attributes;
        return [[[type, source].filter(Boolean).join(' '), row.value]];
      }),
    );
  };
  return {
    call: async (request: object = { prompt: SECRET }) => client.chat.create(request),
    tokens,
    content,
    telemetry,
  };
}

/** A stream of these chunks, which fails where one is an error. */
const streaming = (...chunks: readonly object[]) => streamOf(chunks.map((chunk) => [0, chunk]));
const estimated = (input: number, output: number) => ({ 'input estimated': input, 'output estimated': output });
const text = (content: string) => ({ text: content, kind: 'text' });

describe('the estimate of a call', () => {
  it('is of what its request and its result said', async () => {
    const { call, tokens, content, telemetry } = await estimating();
    await call();
    expect(await tokens()).toEqual(estimated(PROMPT, ANSWER.length));
    await call({ prompt: 'four' });
    expect(await tokens()).toEqual(estimated(PROMPT + 4 + FRAME, 2 * ANSWER.length));
    expect(content).toHaveBeenCalledOnce();
    const [row] = (await telemetry.metrics()).filter(({ name }) => name === 'llm_tokens_total');
    expect(row?.attributes).toEqual({ provider: 'fake', model: 'unknown', type: 'input', source: 'estimated' });
  });

  it('is of what a stream said', async () => {
    const { call, tokens } = await estimating({
      create: async () => streaming(text('Hel'), text('lo'), { end: 'stop' }),
    });
    await read(await call());
    expect(await tokens()).toEqual(estimated(PROMPT, 5));
  });

  it('has no frame where messages have none', async () => {
    const { call, tokens } = await estimating({ method: { operation: 'text_completion' } });
    await call();
    expect(await tokens()).toEqual(estimated(SECRET.length, ANSWER.length));
  });

  it('is of the request as it was sent', async () => {
    const create = async () => streaming(text('a'), text('b'));
    const { call, tokens } = await estimating({ create });
    const request = { prompt: SECRET };
    for await (const _ of (await call(request)) as FakeStream) request.prompt = 'longer'.repeat(100);
    expect(await tokens()).toEqual(estimated(PROMPT, 2));
  });

  it('is of what had come where it was broken off, or failed', async () => {
    const stopped = await estimating({ create: async () => streaming(text('Hel'), text('lo')) });
    await read(await stopped.call(), 1);
    expect(await stopped.tokens()).toEqual(estimated(PROMPT, 3));
    const failing = await estimating({ create: async () => streaming(text('Hello'), new Error('lost')) });
    await expect(failing.call().then(read)).rejects.toThrow('lost');
    expect(await failing.tokens()).toEqual(estimated(PROMPT, 5));
  });

  it('is left out where nothing came before a failure', async () => {
    const failing = await estimating({ create: async () => Promise.reject(new Error('refused')) });
    await expect(failing.call()).rejects.toThrow('refused');
    const silent = await estimating({ create: async () => streaming({ kind: 'text' }, new Error('lost')) });
    await expect(silent.call().then(read)).rejects.toThrow('lost');
    for (const { tokens } of [failing, silent]) expect(await tokens()).toEqual({});
  });

  it('has no output where an answer that succeeded is empty', async () => {
    const { call, tokens } = await estimating({ create: () => lazily({}) });
    await call();
    expect(await tokens()).toEqual(estimated(PROMPT, 0));
  });

  it.each<[string, () => unknown, number]>([
    ['of a result', () => lazily({ text: ANSWER, usage: { input: 5, output: 6 } }), 6],
    ['at the end of a stream', async () => streaming(text('a'), text('b'), { usage: { input: 5, output: 6 } }), 6],
    [
      'on each chunk',
      async () => streaming(...[1, 2, 3].map((output) => ({ ...text('a'), usage: { input: 5, output } }))),
      3,
    ],
  ])('leaves alone what the server counted, %s', async (_, create, output) => {
    const { call, tokens } = await estimating({ create });
    const answer = await call();
    if (answer instanceof FakeStream) await read(answer);
    expect(await tokens()).toEqual({ input: 5, output });
  });

  it('waits for no answer that comes later by other means', async () => {
    const result: MethodDescriptor['result'] = (facts) => {
      facts.deferred = true;
    };
    const { call, tokens } = await estimating({ method: { result } });
    await call();
    expect(await tokens()).toEqual({});
  });

  it('is of calls with content to read alone', async () => {
    const none = await estimating({ method: { content: undefined as never } });
    await none.call();
    const fetching = await estimating({ method: { fetches: true } });
    await fetching.call();
    expect(fetching.content).not.toHaveBeenCalled();
    for (const { tokens } of [none, fetching]) expect(await tokens()).toEqual({});
  });

  it('counts what was beyond the text that is kept as the rest', async () => {
    const half = 'x'.repeat(MOST_UNITS / 2 + 1);
    const { call, tokens } = await estimating({ create: async () => streaming(text(half), text(half), text('abc')) });
    await read(await call());
    await expect.poll(tokens, { timeout: 5000 }).toEqual(estimated(PROMPT, 2 * half.length + 3));
  });

  it('has nothing of media, and all of what tools are', async () => {
    const seen: unknown[] = [];
    const request = (_: unknown, tools: ContentTools) => {
      seen.push(tools.fullTools, tools.blob('image', 'AAAA'), tools.uri('image', 'http://x/y.png'));
      seen.push(tools.copy({ a: [1] }), tools.text().value());
      return { inputMessages: [say('user', 'hi')], toolDefinitions: [{ type: 'function' as const, name: 'f' }] };
    };
    const content: () => Promise<ContentMapping> = async () => ({ ...mapping, request });
    const { call, tokens } = await estimating({ method: { content } });
    await call();
    expect(await tokens()).toEqual(
      estimated(2 + FRAME + JSON.stringify({ type: 'function', name: 'f' }).length, ANSWER.length),
    );
    expect(seen).toEqual([
      true,
      { type: 'blob', modality: 'image', content: '' },
      { type: 'uri', modality: 'image', uri: '' },
      { a: [1] },
      undefined,
    ]);
  });

  it('goes together with the capture of content', async () => {
    const { records, loggerProvider } = createLogs();
    const { call, tokens, telemetry } = await estimating({
      create: async (request) =>
        ownString(request, 'prompt') === SECRET ? streaming(text('Hel'), text('lo')) : { text: ANSWER },
      options: { content: 'both', loggerProvider },
    });
    await read(await call());
    await call({ prompt: 'four' });
    expect(await tokens()).toEqual(estimated(PROMPT + 4 + FRAME, 5 + ANSWER.length));
    expect(telemetry.spans().map(({ attributes }) => JSON.parse(String(attributes[OUTPUT])))).toEqual([
      [say('assistant', 'Hello')],
      [say('assistant', ANSWER)],
    ]);
    expect(records).toHaveLength(2);
  });

  it('captures nothing by itself', async () => {
    const { call, telemetry, tokens } = await estimating();
    await call();
    await tokens();
    expect(telemetry.spans()[0]?.attributes[OUTPUT]).toBeUndefined();
  });
});
