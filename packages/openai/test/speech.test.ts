import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collectGarbage } from '../../testing/src/conformance/garbage.ts';
import { pass } from './mock-fetch';
import { SDKS, useWrapped } from './wrapped';

const REQUEST = { model: 'gpt-4o-mini-tts', voice: 'ash', input: 'Hello' } as const;
const USAGE = { input_tokens: 14, output_tokens: 101, total_tokens: 115 };
const EVENTS = [
  'data: {"type":"speech.audio.delta","audio":"AAAA"}\n\n',
  `data: {"type":"speech.audio.delta","audio":"${'A'.repeat(5000)}"}\n\ndata: {"type":"speech.au`,
  `dio.done","usage":${JSON.stringify(USAGE)}}\n\n`,
];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A body in pieces with the milliseconds before each; an error breaks it off. */
function bodyOf(pieces: readonly (readonly [number, string | Error])[]): ReadableStream<Uint8Array> {
  const left = [...pieces];
  return new ReadableStream(
    {
      async pull(controller) {
        const [millis, piece] = left.shift() ?? [0, undefined];
        await pass(millis);
        if (piece === undefined) controller.close();
        else if (piece instanceof Error) controller.error(piece);
        else controller.enqueue(new TextEncoder().encode(piece));
      },
    },
    { highWaterMark: 0 },
  );
}

const AUDIO = [
  [300, 'RIFF'],
  [100, 'data'],
  [100, 'more'],
] as const;

/** A wrapped client whose second answer is measured: with the first one the module that reads bodies is loaded. */
async function useSpeech(
  pieces: readonly (readonly [number, string | Error])[] = AUDIO,
  type = 'audio/mpeg',
  SDK = SDKS.at(-1)![1],
) {
  const answers = [new Response('x'), new Response(bodyOf(pieces), { headers: { 'content-type': type } })];
  const wrapped = useWrapped([], { SDK, fetch: async () => answers.shift()! });
  await (await wrapped.client.audio.speech.create(REQUEST)).text();
  await wrapped.figures();
  await wrapped.telemetry.reset();
  const audio = async () => {
    const rows = (await wrapped.telemetry.metrics()).filter(({ name }) => name === 'llm_time_to_first_audio_seconds');
    return rows.map((row) => (row.type === 'histogram' ? row.sum : undefined))[0];
  };
  return { ...wrapped, audio };
}

const MEASURED = { outcomes: { ok: 1 }, firstToken: 0.3, duration: 0.5, streamDuration: 0.5, inFlight: 0 };
const NO_TOKENS = { gaps: undefined, perOutputToken: undefined, tokensPerSecond: undefined };

describe.each(SDKS)('%s: speech', (_, SDK) => {
  it('comes as the very response of the SDK, and lasts until its body is read', async () => {
    const { client, figures, audio, telemetry } = await useSpeech(AUDIO, 'audio/mpeg', SDK);
    const speech = await client.audio.speech.create(REQUEST);
    expect(speech).toBeInstanceOf(Response);
    expect(Object.keys(speech)).toEqual([]);
    expect(await telemetry.total('llm_requests_in_flight')).toBe(1);
    expect(Buffer.from(await speech.arrayBuffer()).toString()).toBe('RIFFdatamore');
    expect(await figures()).toMatchObject({ ...MEASURED, ...NO_TOKENS, usageMissing: 1 });
    expect(await audio()).toBe(0.3);
    expect(telemetry.spans()[0]).toMatchObject({
      name: 'generate_content gpt-4o-mini-tts',
      attributes: { 'gen_ai.output.type': 'speech' },
    });
  });
});

describe('speech that is read', () => {
  it.each<[string, (speech: Response) => Promise<string>]>([
    ['as a blob', async (speech) => (await speech.blob()).text()],
    ['as text', (speech) => speech.text()],
    [
      'in a loop',
      async (speech) => {
        let text = '';
        for await (const bytes of speech.body!) text += Buffer.from(bytes).toString();
        return text;
      },
    ],
    [
      'by a reader',
      async (speech) => {
        const reader = speech.body!.getReader();
        let text = '';
        for (let step = await reader.read(); !step.done; step = await reader.read()) {
          text += Buffer.from(step.value).toString();
        }
        return text;
      },
    ],
    ['by another response', (speech) => new Response(speech.body).text()],
  ])('%s has its first audio with the first bytes', async (_, read) => {
    const { client, figures, audio } = await useSpeech();
    expect(await read(await client.audio.speech.create(REQUEST))).toBe('RIFFdatamore');
    expect(await figures()).toMatchObject(MEASURED);
    expect(await audio()).toBe(0.3);
  });

  it.each<[string, (speech: Response) => Promise<string>]>([
    ['through a pipe', (speech) => new Response(speech.body!.pipeThrough(new TransformStream())).text()],
    ['twice', (speech) => Promise.all([speech.clone().text(), speech.text()]).then(([text]) => text)],
  ])('%s ends when it is out of sight', async (_, read) => {
    const { client, figures, audio } = await useSpeech();
    expect(await read(await client.audio.speech.create(REQUEST))).toBe('RIFFdatamore');
    expect(await figures()).toMatchObject({ outcomes: { ok: 1 }, firstToken: undefined, inFlight: 0 });
    expect(await audio()).toBeUndefined();
  });

  it('half is cancelled', async () => {
    const { client, figures } = await useSpeech();
    const speech = await client.audio.speech.create(REQUEST);
    for await (const _ of speech.body!) break;
    expect(await figures()).toMatchObject({ outcomes: { cancelled: 1 }, firstToken: 0.3, duration: 0.3 });
  });

  it('to an error is one, which the caller sees', async () => {
    const broken = new Error('connection lost');
    const { client, figures } = await useSpeech([AUDIO[0], [100, broken]]);
    const speech = await client.audio.speech.create(REQUEST);
    await expect(speech.arrayBuffer()).rejects.toBe(broken);
    expect(await figures()).toMatchObject({ outcomes: { error: 1 }, firstToken: 0.3, duration: 0.4 });
  });

  it('by nobody is abandoned', async () => {
    const { client, figures, telemetry } = await useSpeech();
    await client.audio.speech.create(REQUEST);
    await vi.waitFor(async () => {
      collectGarbage();
      expect(await telemetry.total('llm_requests_total')).toBe(1);
    });
    expect(await figures()).toMatchObject({ outcomes: { abandoned: 1 }, inFlight: 0 });
  });
});

describe('speech as events', () => {
  const frames = EVENTS.map((text, index) => [index === 0 ? 300 : 100, text] as const);

  it('has the usage of the last one', async () => {
    const { client, figures, audio } = await useSpeech(frames, 'text/event-stream; charset=utf-8');
    const speech = await client.audio.speech.create({ ...REQUEST, stream_format: 'sse' });
    expect(await speech.text()).toBe(EVENTS.join(''));
    expect(await figures()).toMatchObject({ ...MEASURED, ...NO_TOKENS, tokens: { input: 14, output: 101 } });
    expect(await audio()).toBe(0.3);
  });

  it('without the last one is truncated', async () => {
    const { client, figures } = await useSpeech(frames.slice(0, 2), 'text/event-stream');
    await (await client.audio.speech.create({ ...REQUEST, stream_format: 'sse' })).text();
    expect(await figures()).toMatchObject({ outcomes: { truncated: 1 }, tokens: {} });
  });
});

it('speech without a body to look at ends with its headers', async () => {
  const { client, figures } = useWrapped([], { fetch: async () => new Response(null, { status: 200 }) });
  await client.audio.speech.create(REQUEST);
  expect(await figures()).toMatchObject({ outcomes: { ok: 1 }, streamDuration: undefined });
});
