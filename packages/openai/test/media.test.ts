import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { wrapOpenAI } from '../src/index';
import { createClient, DONE, type Frames } from './mock-fetch';
import { details, SDKS, useWrapped, type Wrapped } from './wrapped';

const IMAGE = { model: 'gpt-image-1', prompt: 'a bridge' };
const FILE = new File(['RIFF'], 'speech.wav');
const PICTURE = new File(['PNG'], 'bridge.png', { type: 'image/png' });

/** Usage as the images methods report it. */
const IMAGE_USAGE = {
  total_tokens: 1350,
  input_tokens: 50,
  output_tokens: 1300,
  input_tokens_details: { text_tokens: 10, image_tokens: 40 },
  output_tokens_details: { image_tokens: 1300, text_tokens: 0 },
};
/** Usage as the transcriptions report it. */
const AUDIO_USAGE = {
  type: 'tokens',
  input_tokens: 14,
  input_token_details: { text_tokens: 0, audio_tokens: 14 },
  output_tokens: 45,
  total_tokens: 59,
};

const event = (data: { type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const partial = (index: number) =>
  event({ type: 'image_generation.partial_image', b64_json: 'AAAA', partial_image_index: index } as { type: string });
const completed = (extra = {}) =>
  event({ type: 'image_generation.completed', b64_json: 'AAAA', usage: IMAGE_USAGE, ...extra } as { type: string });
const said = (delta: string) => event({ type: 'transcript.text.delta', delta } as { type: string });
const transcribed = event({ type: 'transcript.text.done', text: 'Hi there', usage: AUDIO_USAGE } as { type: string });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

async function readAll(stream: unknown): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of stream as AsyncIterable<unknown>) items.push(item);
  return items;
}

const stream = (frames: Frames) => ({ frames: [...frames, [0, DONE]] as Frames });

const spanOf = ({ telemetry }: Wrapped) => telemetry.spans()[0]!;

describe.each(SDKS)('%s: images', (_, SDK) => {
  it('have the tokens of text and image', async () => {
    const wrapped = useWrapped([{ body: { created: 1, data: [{ b64_json: 'AAAA' }], usage: IMAGE_USAGE } }], { SDK });
    await wrapped.client.images.generate({ ...IMAGE, n: 2, size: '1024x1024' });
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, tokens: { input: 50, output: 1300 } });
    expect(await details(wrapped)).toEqual({ image_input: 40, image_output: 1300 });
    expect(spanOf(wrapped)).toMatchObject({
      name: 'generate_content gpt-image-1',
      kind: 'CLIENT',
      attributes: {
        'gen_ai.operation.name': 'generate_content',
        'gen_ai.output.type': 'image',
        'gen_ai.request.choice.count': 2,
        'gen_ai.usage.image.input_tokens': 40,
        'gen_ai.usage.text.input_tokens': 10,
        'gen_ai.usage.image.output_tokens': 1300,
      },
    });
  });

  it('that are edited are sent as a form', async () => {
    const wrapped = useWrapped([{ body: { created: 1, data: [], usage: IMAGE_USAGE } }], { SDK });
    await wrapped.client.images.edit({ ...IMAGE, image: PICTURE });
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, tokens: { input: 50, output: 1300 } });
  });

  it('without usage are counted as such', async () => {
    const wrapped = useWrapped([{ body: { created: 1, data: [{ url: 'https://example.com' }] } }], { SDK });
    await wrapped.client.images.generate({ prompt: 'a bridge', model: 'dall-e-3' });
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, tokens: {}, usageMissing: 1 });
  });
});

describe('a stream of images', () => {
  const play = async (frames: Frames) => {
    const wrapped = useWrapped([stream(frames)]);
    const items = await readAll(await wrapped.client.images.generate({ ...IMAGE, stream: true, partial_images: 2 }));
    return { wrapped, items, figures: await wrapped.figures() };
  };

  it('has its first token with the first partial image, and no gaps between tokens', async () => {
    const { items, figures } = await play([
      [3000, partial(0)],
      [2000, partial(1)],
      [1000, completed()],
    ]);
    expect(items).toHaveLength(3);
    expect(figures).toMatchObject({
      outcomes: { ok: 1 },
      firstToken: 3,
      firstOutputToken: 3,
      firstChunk: 3,
      chunkGaps: [2, 3],
      gaps: undefined,
      perOutputToken: undefined,
      tokensPerSecond: undefined,
      streamDuration: 6,
      tokens: { input: 50, output: 1300 },
    });
  });

  it('without partial images has it with the image', async () => {
    expect((await play([[4000, completed()]])).figures).toMatchObject({ firstToken: 4, outcomes: { ok: 1 } });
  });

  it('that ends after a partial image is truncated', async () => {
    const { figures } = await play([[1000, partial(0)]]);
    expect(figures).toMatchObject({ outcomes: { truncated: 1 }, tokens: {} });
  });

  it('that is left after a partial image is cancelled', async () => {
    const wrapped = useWrapped([
      stream([
        [1000, partial(0)],
        [1000, completed()],
      ]),
    ]);
    for await (const _ of await wrapped.client.images.generate({ ...IMAGE, stream: true })) break;
    expect(await wrapped.figures()).toMatchObject({ outcomes: { cancelled: 1 }, firstToken: 1, inFlight: 0 });
  });

  it('that are edited is measured alike', async () => {
    const edited = (text: string) => text.replaceAll('image_generation', 'image_edit');
    const wrapped = useWrapped([
      stream([
        [1000, edited(partial(0))],
        [1000, edited(completed())],
      ]),
    ]);
    const edits = await wrapped.client.images.edit({ ...IMAGE, image: PICTURE, stream: true });
    expect(await readAll(edits)).toHaveLength(2);
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, firstToken: 1, tokens: { output: 1300 } });
  });
});

describe.each(SDKS)('%s: transcriptions', (_, SDK) => {
  it('have the tokens of the audio', async () => {
    const wrapped = useWrapped([{ body: { text: 'Hi', usage: AUDIO_USAGE } }], { SDK });
    await wrapped.client.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: FILE });
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, tokens: { input: 14, output: 45 } });
    expect(await details(wrapped)).toEqual({ audio_input: 14 });
    const { name, attributes } = spanOf(wrapped);
    expect(name).toBe('generate_content gpt-4o-transcribe');
    expect(attributes).toMatchObject({ 'gen_ai.output.type': 'text', 'gen_ai.usage.audio.input_tokens': 14 });
  });

  it('that are billed by time have seconds in place of tokens', async () => {
    const pricing = vi.fn((_model: string, usage: { audioSeconds?: number }) => (usage.audioSeconds ?? 0) * 0.0001);
    const body = { text: 'Hi', usage: { type: 'duration', seconds: 9 } };
    const wrapped = useWrapped([{ body }], { SDK, pricing });
    await wrapped.client.audio.transcriptions.create({ model: 'whisper-1', file: FILE });
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, tokens: {}, usageMissing: 0 });
    expect(await wrapped.telemetry.total('llm_audio_seconds_total', { model: 'whisper-1' })).toBe(9);
    expect(await wrapped.telemetry.total('llm_cost_total')).toBeCloseTo(0.0009, 10);
    expect(spanOf(wrapped).attributes['llm.usage.audio_seconds']).toBe(9);
  });

  it('as text reach the caller as they are', async () => {
    const text = { body: '1\n00:00 --> 00:01\nHi\n', headers: { 'content-type': 'text/plain' } };
    const wrapped = useWrapped([text], { SDK });
    const request = { model: 'whisper-1', file: FILE, response_format: 'srt' } as const;
    expect(await wrapped.client.audio.transcriptions.create(request)).toBe(text.body);
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, usageMissing: 1 });
  });

  it('in streams have their first token with the first text', async () => {
    const frames: Frames = [
      [100, said('')],
      [100, said('Hi')],
      [50, said(' there')],
      [50, transcribed],
    ];
    const wrapped = useWrapped([stream(frames)], { SDK });
    const request = { model: 'gpt-4o-transcribe', file: FILE, stream: true } as const;
    expect(await readAll(await wrapped.client.audio.transcriptions.create(request))).toHaveLength(4);
    expect(await wrapped.figures()).toMatchObject({
      outcomes: { ok: 1 },
      firstChunk: 0.1,
      firstToken: 0.2,
      gaps: [1, 0.05],
      tokens: { input: 14, output: 45 },
    });
    expect(spanOf(wrapped).attributes['gen_ai.request.stream']).toBe(true);
  });

  it('in one piece have it with that', async () => {
    const wrapped = useWrapped([stream([[300, transcribed]])], { SDK });
    const request = { model: 'gpt-4o-transcribe', file: FILE, stream: true } as const;
    await readAll(await wrapped.client.audio.transcriptions.create(request));
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, firstToken: 0.3 });
  });

  it('that are translated are measured too', async () => {
    const wrapped = useWrapped([{ body: { text: 'Hi' } }], { SDK });
    await wrapped.client.audio.translations.create({ model: 'whisper-1', file: FILE });
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, usageMissing: 1 });
  });
});

describe.each(SDKS)('%s: embeddings', (_, SDK) => {
  const body = {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.5, 0.25] }],
    model: 'nvidia/nv-embedqa-e5-v5',
    usage: { prompt_tokens: 7, total_tokens: 7 },
  };

  it('of NIM have tokens of the input alone, and no GenAI inference figures', async () => {
    const wrapped = useWrapped([{ body }], { SDK, provider: 'nvidia-nim' });
    const request = { model: body.model, input: ['Hi'], input_type: 'query', truncate: 'END', dimensions: 2 };
    const { data } = await wrapped.client.embeddings.create({ ...request, encoding_format: 'float' } as never);
    expect(data[0]?.embedding).toEqual([0.5, 0.25]);
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, tokens: { input: 7 }, usageMissing: 0 });
    expect(spanOf(wrapped)).toMatchObject({
      name: `embeddings ${body.model}`,
      attributes: {
        'gen_ai.embeddings.dimension.count': 2,
        'gen_ai.request.encoding_formats': ['float'],
        'gen_ai.usage.input_tokens': 7,
        'nvidia.nim.model': body.model,
      },
    });
    const names = (await wrapped.telemetry.metrics()).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('gen_ai.'))).toEqual(['gen_ai.client.operation.duration']);
  });
});

it('a chat of NIM with a picture in it is sent as it is, and has the usage of NIM', async () => {
  const usage = { prompt_tokens: 514, total_tokens: 530, completion_tokens: 16, prompt_tokens_details: null };
  const choices = [{ index: 0, message: { role: 'assistant', content: 'A bridge' }, finish_reason: 'stop' }];
  const sent: unknown[] = [];
  const fetch = async (_: unknown, init?: { body?: unknown }) => {
    sent.push(JSON.parse(String(init?.body)));
    return Response.json({ id: 'chat-1', model: 'nvidia/vila', choices, usage });
  };
  const wrapped = useWrapped([], { fetch, baseURL: 'https://integrate.api.nvidia.com/v1' });
  const url = `data:image/png;base64,${'A'.repeat(100_000)}`;
  const content = [
    { type: 'text' as const, text: 'What is it?' },
    { type: 'image_url' as const, image_url: { url } },
  ];
  const request = { model: 'nvidia/vila', messages: [{ role: 'user' as const, content }] };
  await wrapped.client.chat.completions.create(request);
  expect(sent).toEqual([request]);
  expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, tokens: { input: 514, output: 16 } });
  expect(JSON.stringify(spanOf(wrapped)).length).toBeLessThan(2000);
});

it('prompts of these methods are not captured, whoever asks', async () => {
  const wrapped = useWrapped([{ body: { data: [], usage: IMAGE_USAGE } }], { content: 'span' });
  await wrapped.client.images.generate({ model: 'gpt-image-1', prompt: 'a secret bridge' });
  await wrapped.client.embeddings.create({ model: 'm', input: 'a secret text', encoding_format: 'float' });
  expect(await wrapped.figures(2)).toMatchObject({ outcomes: { ok: 2 }, tokens: { input: 100, output: 2600 } });
  await vi.waitFor(() => expect(wrapped.telemetry.spans()).toHaveLength(2));
  expect(JSON.stringify(wrapped.telemetry.spans())).not.toContain('secret');
});

it.each([
  ['null', null],
  ['a number', 7],
  ['usage that is text', { usage: 'much' }],
  ['counts that are none', { usage: { input_tokens: -1, output_tokens: 1.5, input_tokens_details: 'x' } }],
  ['an odd model', { model: { name: 'm' }, id: 5, usage: null }],
])('an answer with %s is one without usage', async (_, body) => {
  const wrapped = useWrapped([{ body }]);
  await wrapped.client.images.generate(IMAGE);
  expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, tokens: {}, usageMissing: 1 });
});

describe('moderations', () => {
  it('miss no usage, since they have none', async () => {
    const wrapped = useWrapped([{ body: { id: 'modr-1', model: 'omni-moderation-2024-09-26', results: [] } }]);
    await wrapped.client.moderations.create({ input: 'Hi', model: 'omni-moderation-latest' });
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, tokens: {}, usageMissing: 0 });
    expect(await wrapped.telemetry.total('llm_unpriced_requests_total')).toBe(0);
    expect(spanOf(wrapped)).toMatchObject({
      name: 'moderation omni-moderation-latest',
      attributes: { 'gen_ai.response.id': 'modr-1', 'gen_ai.response.model': 'omni-moderation-2024-09-26' },
    });
  });
});

describe.each(SDKS)('%s: reranking', (_, SDK) => {
  const body = { rankings: [{ index: 0, logit: -1.2 }], usage: { prompt_tokens: 123, total_tokens: 123 } };
  const request = { model: 'nvidia/llama-nemotron-rerank-1b-v2', query: { text: 'Hi' }, passages: [{ text: 'Ho' }] };

  it.each([
    '/ranking',
    '/v1/rerank',
    'https://ai.api.nvidia.com/v1/retrieval/nvidia/llama-nemotron-rerank-1b-v2/reranking',
  ])('at %s is measured', async (path) => {
    const wrapped = useWrapped([{ body }], { SDK, provider: 'nvidia-nim' });
    expect(await wrapped.client.post(path, { body: request })).toEqual(body);
    expect(await wrapped.figures()).toMatchObject({ outcomes: { ok: 1 }, tokens: { input: 123 }, inFlight: 0 });
    expect(spanOf(wrapped)).toMatchObject({
      name: `rerank ${request.model}`,
      attributes: { 'gen_ai.usage.input_tokens': 123, 'nvidia.nim.model': request.model },
    });
  });

  it('counts the total where a server says no more', async () => {
    const wrapped = useWrapped([{ body: { id: 'rerank-1', results: [], usage: { total_tokens: 56 } } }], { SDK });
    await wrapped.client.post('/rerank', { body: request });
    expect(await wrapped.figures()).toMatchObject({ tokens: { input: 56 } });
  });

  it('that fails is an error', async () => {
    const wrapped = useWrapped([{ status: 422, body: { error: 'no such model' } }], { SDK });
    await expect(wrapped.client.post('/ranking', { body: request })).rejects.toThrow('422');
    expect(await wrapped.figures()).toMatchObject({ outcomes: { error: 1 } });
  });

  it('is none of the other calls that go through post', async () => {
    const chat = { id: '1', model: 'm', choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } };
    const wrapped = useWrapped([{ body: chat }], { SDK });
    await wrapped.client.chat.completions.create({ model: 'm', messages: [] });
    await wrapped.client.post('/tokenize', { body: { model: 'm' } });
    await wrapped.client.post('/rankings/of/users', { body: { model: 'm' } });
    await wrapped.client.embeddings.create({ model: 'm', input: 'Hi', encoding_format: 'float' });
    expect(await wrapped.figures(2)).toMatchObject({ outcomes: { ok: 2 } });
    expect(await wrapped.telemetry.total('llm_requests_total', { operation: 'rerank' })).toBe(0);
    expect(wrapped.telemetry.spans().map(({ name }) => name)).toEqual(['chat m', 'embeddings m']);
  });
});

it('a client with nothing but post is told to have nothing', () => {
  const warn = vi.fn();
  diag.setLogger({ warn, error: warn, info() {}, debug() {}, verbose() {} });
  onTestFinished(() => diag.disable());
  const client = { post: async () => ({}) };
  expect(wrapOpenAI(client)).toBe(client);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('has none of chat.completions.create'));
});

it('a method that we do not know passes untouched', () => {
  const bare = createClient({ body: {} });
  const { createVariation } = bare.images;
  const { retrieve } = bare.models;
  wrapOpenAI(bare);
  expect(bare.images.createVariation).toBe(createVariation);
  expect(bare.models.retrieve).toBe(retrieve);
});
