import type { TracerProvider } from '@opentelemetry/api';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ContentMapping } from '../src/content/mapping';
import type { WrapOptions } from '../src/options';
import {
  ANSWER,
  attributesOf,
  chunksOf,
  createClient,
  createLogs,
  INPUT,
  lazily,
  mapping,
  OUTPUT,
  parsed,
  read,
  SECRET,
  say,
  settled,
  useLines,
} from './content-client';
import { FakeStream, provider } from './fake-sdk';

const lines = useLines();

afterEach(() => vi.doUnmock('@opentelemetry/api'));

/** A mapping that is there when `loaded` was called. */
function createLoad(): { load: () => Promise<ContentMapping>; loaded: () => Promise<void> } {
  let resolve: (mapping: ContentMapping) => void = () => {};
  const waiting = new Promise<ContentMapping>((done) => {
    resolve = done;
  });
  return {
    load: () => waiting,
    loaded: () => {
      resolve(mapping);
      return settled();
    },
  };
}

describe('content of a client whose SDK has plain promises', () => {
  it('is that of request and result', async () => {
    const client = await createClient({ content: 'span' }, { create: async () => ({ text: ANSWER }) });
    await settled();
    await client.call({ prompt: SECRET });
    expect(parsed(attributesOf(client), INPUT)).toEqual([say('user', SECRET)]);
    expect(parsed(attributesOf(client), OUTPUT)).toEqual([say('assistant', ANSWER)]);
  });

  it('is read of the request at the first chunk at the latest', async () => {
    const create = async () => new FakeStream(() => chunksOf('Hel', 'lo'));
    const client = await createClient({ content: 'span' }, { create });
    await settled();
    const request = { prompt: SECRET };
    for await (const _ of (await client.call(request)) as FakeStream) request.prompt = 'changed by the caller';
    expect(parsed(attributesOf(client), INPUT)).toEqual([say('user', SECRET)]);
    expect(parsed(attributesOf(client), OUTPUT)).toEqual([say('assistant', 'Hello')]);
  });
});

describe('the event', () => {
  const eventOf = async (request: object, options: WrapOptions = {}) => {
    const client = await createClient({ content: 'both', ...options });
    await settled();
    await client.call(request);
    return { span: attributesOf(client), attributes: client.records[0]!.attributes, client };
  };

  it.each([
    ['no model', {}],
    ['a model', { model: 'fake-1' }],
    ['a model whose name is too long for a label', { model: 'x'.repeat(1000) }],
  ])('tells of a request with %s what the span tells', async (_, request) => {
    vi.spyOn(provider.methods[0]!, 'attributes').mockReturnValue({ 'gen_ai.request.seed': 5 });
    onTestFinished(() => void vi.restoreAllMocks());
    const { span, attributes } = await eventOf({ prompt: SECRET, ...request });
    expect(attributes['gen_ai.request.model']).toBe(span['gen_ai.request.model']);
    expect(Object.keys(attributes).sort()).toEqual(Object.keys(span).sort());
    expect(attributes).toMatchObject({ 'gen_ai.request.seed': 5 });
  });

  it('is a debug event of our scope, with the schema of the conventions', async () => {
    const { client } = await eventOf({ prompt: SECRET });
    expect(client.records).toMatchObject([{ severityNumber: 5, severityText: 'DEBUG' }]);
    expect(client.loggerProvider.getLogger).toHaveBeenCalledWith('@grump/llm-otel-core', expect.stringMatching(/^\d/), {
      schemaUrl: expect.stringMatching(/^https:.*gen-ai/),
    });
  });

  it('has its content though the call has no span', async () => {
    const tracerProvider = {
      getTracer: () => {
        throw new Error('no tracer');
      },
    } as TracerProvider;
    const client = await createClient({ content: 'both', tracerProvider });
    await settled();
    await client.call({ prompt: SECRET });
    expect(client.records).toMatchObject([{ attributes: { [INPUT]: [say('user', SECRET)] } }]);
  });

  it('is left out where the API has no logs and there is no logger provider, which is told once', async () => {
    vi.doMock('@opentelemetry/api', async (original) => ({ ...(await original<object>()), logs: undefined }));
    const client = await createClient({ content: 'both', loggerProvider: undefined });
    await settled();
    await client.call({ prompt: SECRET });
    await client.call({ prompt: SECRET });
    expect(parsed(attributesOf(client, 1), INPUT)).toEqual([say('user', SECRET)]);
    expect(lines).toEqual([
      '@grump/llm-otel-core: content events need @opentelemetry/api 1.10, or the option loggerProvider; they are left out',
    ]);
  });
});

it('a method without a mapping goes without content and without a word', async () => {
  const client = await createClient({ content: 'both' }, { load: null });
  await settled();
  await client.call({ prompt: SECRET });
  expect(attributesOf(client)).toMatchObject({ 'llm.outcome': 'ok' });
  expect(JSON.stringify([client.spans, client.records])).not.toContain('secret');
  expect(lines).toEqual([]);
});

it('for the span alone the request is not read for an event as well', async () => {
  const attributes = vi.fn(() => ({}));
  vi.spyOn(provider.methods[0]!, 'attributes').mockImplementation(attributes);
  const client = await createClient({ content: 'span' });
  await settled();
  await client.call({ prompt: SECRET });
  expect(attributes).toHaveBeenCalledTimes(1);
  vi.restoreAllMocks();
});

it('a stream that nobody redacts loses no more than the cap takes', async () => {
  const create = () => lazily(new FakeStream(() => chunksOf('x'.repeat(3000))));
  const client = await createClient({ content: { mode: 'span', maxBytes: 1000 } }, { create });
  await settled();
  await read(await client.call({ prompt: 'Hello?' }));
  const output = String(attributesOf(client)[OUTPUT]);
  expect(output.length).toBeLessThanOrEqual(1000);
  expect(output.length).toBeGreaterThan(950);
});

describe('what a mapping is given', () => {
  const asked = async (options: object) => {
    const parts: unknown[] = [];
    const load = async (): Promise<ContentMapping> => ({
      ...mapping,
      request: (_, tools) => {
        parts.push(
          tools.fullTools,
          tools.blob('audio', 'AAAA', 'audio/wav'),
          tools.uri('image', 'data:image/png;base64,AAAA'),
        );
        parts.push(tools.uri('image', 'https://example.com/'), tools.copy({ kept: 1, left: undefined }));
        return {};
      },
    });
    const client = await createClient({ content: { mode: 'span', ...options } }, { load });
    await settled();
    await client.call({});
    await settled();
    return parts;
  };
  const audio = { type: 'blob', modality: 'audio', mime_type: 'audio/wav', content: '', bytes: 3 };
  const image = { type: 'blob', modality: 'image', mime_type: 'image/png', content: '', bytes: 3 };
  const link = { type: 'uri', modality: 'image', uri: 'https://example.com/' };

  it('leaves media without a hash, and tools with their names alone', async () => {
    expect(await asked({})).toEqual([false, audio, image, link, { kept: 1 }]);
    expect(await asked({ media: 'drop', toolDefinitions: 'names' })).toEqual([false, audio, image, link, { kept: 1 }]);
  });

  it('hashes media, and has tools whole, if asked', async () => {
    const sha256 = '709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c';
    const [fullTools, ...parts] = await asked({ media: 'hash', toolDefinitions: 'full' });
    expect(fullTools).toBe(true);
    const hashed = [{ ...audio, sha256 }, { ...image, sha256 }, link];
    await vi.waitFor(() => expect(parts.slice(0, 3)).toEqual(hashed), 5000);
  });
});

describe('before the module is there', () => {
  /** So many calls, then the module, and then one more. */
  async function callBeforeAndAfter(count: number) {
    const { load, loaded } = createLoad();
    const client = await createClient({ content: 'event' }, { load, create: async () => ({ text: ANSWER }) });
    for (let call = 0; call < count; call++) await client.call({ prompt: `number ${call}` });
    await loaded();
    await client.call({ prompt: 'after' });
    return client.records.map(({ attributes }) => attributes[INPUT][0].parts[0].content);
  }

  it('a thousand calls may begin, and have their content', async () => {
    const prompts = await callBeforeAndAfter(1000);
    expect(prompts).toHaveLength(1001);
    expect(prompts.slice(-2)).toEqual(['number 999', 'after']);
  });

  it('one more goes without, and those after it have theirs', async () => {
    const prompts = await callBeforeAndAfter(1001);
    expect(prompts).toHaveLength(1001);
    expect(prompts.slice(-2)).toEqual(['number 999', 'after']);
  });

  /** A stream of which so many chunks come before the module, and one after it. */
  async function streamBeforeAndAfter(chunks: number): Promise<unknown> {
    const { load, loaded } = createLoad();
    const texts = Array.from({ length: chunks }, () => 'x');
    const create = () => lazily(new FakeStream(() => chunksOf(...texts, 'end')));
    const client = await createClient({ content: 'span' }, { load, create });
    let count = 0;
    for await (const _ of (await client.call({ prompt: SECRET })) as FakeStream) {
      count += 1;
      if (count === chunks) await loaded();
    }
    expect(client.spans).toMatchObject([{ ends: 1 }]);
    return attributesOf(client)[OUTPUT] && parsed(attributesOf(client), OUTPUT);
  }

  it('a call may say a thousand things, which are not lost', async () => {
    // The headers are one of them.
    expect(await streamBeforeAndAfter(999)).toEqual([say('assistant', `${'x'.repeat(999)}end`)]);
  });

  it('a call that says one more goes without content rather than with a part of it', async () => {
    expect(await streamBeforeAndAfter(1000)).toBeUndefined();
  });
});

it('the event of a stream that ended before the module was there has its times', async () => {
  const { load, loaded } = createLoad();
  const create = () => lazily(new FakeStream(() => chunksOf('one', 'two')));
  const client = await createClient({ content: 'event' }, { load, create });
  await read(await client.call({ prompt: SECRET }));
  expect(client.records).toEqual([]);
  await loaded();
  expect(client.records).toMatchObject([
    {
      attributes: {
        'gen_ai.response.time_to_first_chunk': expect.any(Number),
        'llm.stream.max_gap': expect.any(Number),
      },
    },
  ]);
});

describe('a fault where content goes', () => {
  const broken = {
    getLogger: () => {
      throw new Error('no logger');
    },
  };

  it.each([
    ['before the module is there', 0],
    ['after it', 20],
  ])('(%s) is told of once, and leaves the call as it is', async (_, millis) => {
    const client = await createClient({ content: 'event', loggerProvider: broken });
    await settled(millis);
    expect(await client.call({ prompt: SECRET })).toEqual({ text: ANSWER });
    await settled();
    await client.call({ prompt: SECRET });
    expect(client.spans).toMatchObject([{ ends: 1 }, { ends: 1 }]);
    expect(lines).toEqual([expect.stringMatching(/^@grump\/llm-otel-core: content failed .*no logger/)]);
  });

  it('(an event that cannot be written) is told of once', async () => {
    const emit = () => {
      throw new Error('not written');
    };
    const { loggerProvider } = createLogs();
    loggerProvider.getLogger.mockImplementation(() => ({ emit }));
    const client = await createClient({ content: 'event', loggerProvider });
    await client.call({ prompt: SECRET });
    await settled();
    await client.call({ prompt: SECRET });
    expect(client.spans).toMatchObject([{ ends: 1 }, { ends: 1 }]);
    expect(lines).toEqual([expect.stringMatching(/^@grump\/llm-otel-core: content failed .*not written/)]);
  });
});
