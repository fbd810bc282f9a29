import OpenAI, { AzureOpenAI } from 'openai';
import OpenAI4 from 'openai-4';
import OpenAI5 from 'openai-5';
import OpenAI6 from 'openai-6';
import { describe, expect, it } from 'vitest';
import { useTelemetry } from '../../core/test/measure';
import { type WrapOpenAIOptions, wrapOpenAI } from '../src/index';
import { chunk, usage } from './play';

const VERSIONS = [
  ['openai 7', OpenAI],
  ['openai 6', OpenAI6],
  ['openai 5', OpenAI5],
  ['openai 4', OpenAI4],
] as const;

const CHUNKS = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'Hi' }), chunk({}, 'stop')];
const ADDED = usage(7, 1);
const REQUEST = { model: 'm', messages: [] };
const STREAM = { ...REQUEST, stream: true } as const;

interface Sent {
  readonly stream_options?: { readonly include_usage?: boolean };
}
type ChatStream = AsyncIterable<OpenAI.ChatCompletionChunk> & {
  tee(): [ChatStream, ChatStream];
  toReadableStream(): ReadableStream<Uint8Array>;
};

/** A server that sends usage to who asks for it, and the bodies it got. */
function serve(SDK: unknown = OpenAI, options: object = {}) {
  const sent: Sent[] = [];
  const fetch = async (_: unknown, init?: { body?: unknown }) => {
    const body: Sent = JSON.parse(String(init?.body));
    sent.push(body);
    const chunks = body.stream_options?.include_usage === true ? [...CHUNKS, ADDED] : CHUNKS;
    const lines = [...chunks.map((one) => JSON.stringify(one)), '[DONE]'];
    const text = lines.map((line) => `data: ${line}\n\n`).join('');
    return new Response(text, { headers: { 'content-type': 'text/event-stream' } });
  };
  const Made = SDK as typeof OpenAI;
  const client = new Made({ apiKey: 'none', maxRetries: 0, baseURL: 'http://localhost:8000/v1', fetch, ...options });
  return { client, sent };
}

async function readAll(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** A wrapped client that asks for usage, and what it measures into. */
function asking(SDK?: unknown, options: WrapOpenAIOptions = {}, clientOptions?: object) {
  const { client, sent } = serve(SDK, clientOptions);
  const { total, spans, ...telemetry } = useTelemetry();
  wrapOpenAI(client, { ...telemetry, includeUsage: true, ...options });
  return { client, sent, spans, tokens: () => total('llm_tokens_total') };
}

const streamOf = async (client: OpenAI) => (await client.chat.completions.create(STREAM)) as unknown as ChatStream;

async function linesOf(readable: ReadableStream<Uint8Array>): Promise<unknown[]> {
  const text = await new Response(readable).text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe.each(VERSIONS)('usage is asked for with %s, and its chunk hidden', (_, SDK) => {
  it.each<[string, (client: OpenAI) => Promise<unknown>]>([
    ['for await', async (client) => readAll(await streamOf(client))],
    [
      'tee(), both branches',
      async (client) => {
        const [left, right] = (await streamOf(client)).tee();
        const items = await readAll(left);
        expect(await readAll(right)).toEqual(items);
        return items;
      },
    ],
    ['toReadableStream()', async (client) => linesOf((await streamOf(client)).toReadableStream())],
    [
      'withResponse()',
      async (client) => {
        const { data } = await client.chat.completions.create(STREAM).withResponse();
        return readAll(data);
      },
    ],
    [
      'next() by hand',
      async (client) => {
        const iterator = (await streamOf(client))[Symbol.asyncIterator]();
        const items: unknown[] = [];
        for (let step = await iterator.next(); !step.done; step = await iterator.next()) items.push(step.value);
        expect(await iterator.next()).toEqual({ done: true, value: undefined });
        return items;
      },
    ],
    [
      'several next() at once',
      async (client) => {
        const iterator = (await streamOf(client))[Symbol.asyncIterator]();
        const steps = await Promise.all(Array.from({ length: 6 }, () => iterator.next()));
        return steps.filter(({ done }) => !done).map(({ value }) => value);
      },
    ],
  ])('from %s', async (_, read) => {
    const { client, sent, tokens } = asking(SDK);
    const bare = await read(serve(SDK).client);
    expect(await read(client)).toEqual(bare);
    expect(sent).toMatchObject([{ stream_options: { include_usage: true } }]);
    expect(await tokens()).toBe(8);
  });

  it('from the body that asResponse() gives', async () => {
    const { client } = asking(SDK);
    await import('../src/hidden-usage');
    const bare = await serve(SDK).client.chat.completions.create(STREAM).asResponse();
    const response = await client.chat.completions.create(STREAM).asResponse();
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.url, [...response.headers]]).toEqual([bare.status, bare.url, [...bare.headers]]);
    expect(await response.text()).toBe(await bare.text());
    const again = client.chat.completions.create(STREAM);
    await again.asResponse();
    expect(await readAll((await again) as never)).toEqual(CHUNKS);
    const [raw, stream] = await Promise.all([client.chat.completions.create(STREAM).asResponse(), streamOf(client)]);
    expect(await readAll(stream)).toEqual(CHUNKS);
    expect(await raw.text()).not.toContain('usage');
  });

  it('from a consumer that breaks off', async () => {
    const { client, spans } = asking(SDK);
    for await (const _ of await streamOf(client)) break;
    expect(spans()).toMatchObject([{ attributes: { 'llm.outcome': 'cancelled' } }]);
  });

  it('by copies of the client', async () => {
    const { client, sent } = asking(SDK);
    const copy = (client as { withOptions?: OpenAI['withOptions'] }).withOptions?.({ maxRetries: 1 }) ?? client;
    expect(await readAll(await copy.chat.completions.create(STREAM))).toEqual(CHUNKS);
    expect(sent).toMatchObject([{ stream_options: { include_usage: true } }]);
  });
});

describe('the SDK’s own helpers', () => {
  it('see no usage chunk', async () => {
    const seen: unknown[] = [];
    const { client, tokens } = asking();
    const runner = client.chat.completions.stream({ ...REQUEST, model: 'm' });
    runner.on('chunk', (one) => seen.push(one));
    expect(await runner.finalContent()).toBe('Hi');
    expect(seen).toEqual(CHUNKS);
    expect(await tokens()).toBe(8);
  });
});

describe('the request', () => {
  /** What goes out for a request, and that it is unchanged. */
  async function sentFor(request: object, options?: WrapOpenAIOptions): Promise<Sent | undefined> {
    const { client, sent } = asking(OpenAI, options);
    const before = Object.getOwnPropertyDescriptors(request);
    await readAll(await client.chat.completions.create(request as typeof STREAM));
    expect(Object.getOwnPropertyDescriptors(request)).toEqual(before);
    return sent[0];
  }

  it('is a copy with the question, and the caller’s is left as it is', async () => {
    expect(await sentFor(STREAM)).toEqual({ ...STREAM, stream_options: { include_usage: true } });
    expect(await sentFor(Object.freeze({ ...STREAM }))).toEqual({ ...STREAM, stream_options: { include_usage: true } });
  });

  it('keeps what else the options of the stream say', async () => {
    const stream_options = { include_obfuscation: false };
    expect(await sentFor({ ...STREAM, stream_options })).toMatchObject({
      stream_options: { include_obfuscation: false, include_usage: true },
    });
    expect(await sentFor({ ...STREAM, stream_options: null })).toMatchObject({
      stream_options: { include_usage: true },
    });
  });

  it.each([true, false])(
    'is the caller’s own where it says %s itself, and nothing is hidden',
    async (include_usage) => {
      const { client, sent } = asking();
      const request = { ...STREAM, stream_options: { include_usage } };
      const seen = await readAll(await client.chat.completions.create(request));
      expect(sent).toEqual([request]);
      expect(seen).toHaveLength(include_usage ? 4 : 3);
    },
  );

  it('has getters that run once, and a toJSON that is asked', async () => {
    let runs = 0;
    const request = {
      ...STREAM,
      get temperature() {
        runs += 1;
        return 0.5;
      },
    };
    expect(await sentFor(request)).toMatchObject({ temperature: 0.5, stream_options: { include_usage: true } });
    expect(runs).toBe(1);
    class Own {
      model = 'm';
      stream = true;
      toJSON() {
        return { ...STREAM, model: 'other' };
      }
    }
    expect(await sentFor(new Own())).toEqual({ ...STREAM, model: 'other' });
  });

  it('is the caller’s own where it is no stream, or stream is a getter', async () => {
    const { client, sent } = asking();
    await client.chat.completions.create(REQUEST).catch(() => undefined);
    const request = Object.defineProperty({ ...REQUEST }, 'stream', { get: () => true, enumerable: true });
    await client.chat.completions.create(request);
    expect(sent.map(({ stream_options }) => stream_options)).toEqual([undefined, undefined]);
  });

  it('is the caller’s own without the option', async () => {
    const { client, sent } = serve();
    const seen = await readAll(await wrapOpenAI(client, useTelemetry()).chat.completions.create(STREAM));
    expect([seen, sent]).toEqual([CHUNKS, [STREAM]]);
  });

  it.each([
    'mistral',
    'databricks',
    'groq',
    'deepseek',
    'together',
    'fireworks',
    'perplexity',
    'xai',
    'openrouter',
    'llama.cpp',
  ])('is the caller’s own for %s, which rejects the question or tells usage anyway', async (provider) => {
    expect(await sentFor(STREAM, { provider })).toEqual(STREAM);
  });

  it.each([
    'openai',
    'nvidia-nim',
    'vllm',
    'sglang',
    'tgi',
    'ollama',
    'dynamo',
    'cerebras',
    'moonshot',
    'openai-compatible',
  ])('asks %s', async (provider) => {
    expect(await sentFor(STREAM, { provider })).toMatchObject({ stream_options: { include_usage: true } });
  });

  it.each([
    ['2024-06-01', false],
    ['2024-08-01-preview', false],
    ['2024-09-01-preview', true],
    ['2024-10-21', true],
    ['preview', true],
  ])('asks Azure from API version 2024-09-01 on: %s', async (apiVersion, asks) => {
    const { fetch } = serve().client as unknown as { fetch: typeof globalThis.fetch };
    const sent: Sent[] = [];
    const client = new AzureOpenAI({
      apiKey: 'none',
      apiVersion,
      endpoint: 'https://x.openai.azure.com',
      fetch: async (url, init) => {
        sent.push(JSON.parse(String(init?.body)));
        return fetch(url, init);
      },
    });
    wrapOpenAI(client, { ...useTelemetry(), includeUsage: true });
    const data_sources = [{ type: 'azure_search' }];
    for (const request of [STREAM, { ...STREAM, data_sources }]) await client.chat.completions.create(request);
    expect(sent.map(({ stream_options }) => stream_options?.include_usage)).toEqual([asks || undefined, undefined]);
  });

  it.each([
    ['https://x.openai.azure.com/openai/v1/', true],
    ['https://x.services.ai.azure.com/models', false],
  ])('asks Azure by its URL: %s', async (baseURL, asks) => {
    const { client, sent } = asking(OpenAI, {}, { baseURL });
    await client.chat.completions.create(STREAM);
    expect(sent.map(({ stream_options }) => stream_options !== undefined)).toEqual([asks]);
  });
});
