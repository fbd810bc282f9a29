import { setTimeout } from 'node:timers/promises';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { figures, useTelemetry } from '../../core/test/measure';
import { collectGarbage } from '../../testing/src/conformance/garbage.ts';
import { withRejections } from '../../testing/src/conformance/rejections.ts';
import { attempt, readStream } from '../../testing/src/conformance/seen.ts';
import { wrapOpenAI } from '../src/index';
import type { Fetch } from './mock-fetch';
import { SDKS } from './wrapped';

// What the conformance suite asks of chat, asked of the other methods that stream: wrapped and bare show the same.

type Stream = AsyncIterable<unknown> & {
  readonly controller: AbortController;
  tee(): [AsyncIterable<unknown>, AsyncIterable<unknown>];
  toReadableStream(): ReadableStream;
};
type Call = Promise<Stream> & {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: Stream; response: Response }>;
};
type Start = (options?: object) => Call;

const file = () => new File(['RIFF'], 'speech.wav');
const image = (type: string) => [
  { type: `${type}.partial_image`, b64_json: 'AAAA', partial_image_index: 0 },
  { type: `${type}.partial_image`, b64_json: 'BBBB', partial_image_index: 1 },
  { type: `${type}.completed`, b64_json: 'CCCC', usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 } },
];
const TEXT = [
  { type: 'transcript.text.delta', delta: 'Hello' },
  { type: 'transcript.text.delta', delta: ' there' },
  { type: 'transcript.text.done', text: 'Hello there', usage: { type: 'tokens', input_tokens: 5, output_tokens: 7 } },
];

const METHODS: readonly [name: string, events: readonly object[], start: (client: OpenAI) => Start][] = [
  [
    'images.generate',
    image('image_generation'),
    (client) => (options) => client.images.generate({ prompt: 'a', stream: true }, options) as never,
  ],
  [
    'images.edit',
    image('image_edit'),
    (client) => (options) => client.images.edit({ prompt: 'a', image: file(), stream: true }, options) as never,
  ],
  [
    'audio.transcriptions.create',
    TEXT,
    (client) => (options) =>
      client.audio.transcriptions.create({ model: 'm', file: file(), stream: true }, options) as never,
  ],
];

/** Of these events no text is looked at. */
const PLAIN = { textOf: () => '' };

interface Case {
  readonly title: string;
  use(start: Start): unknown;
  readonly outcome: string;
  /** What the server does after two events; else it ends. */
  readonly ending?: 'hang' | 'cut' | 'error event';
  readonly status?: number;
  readonly tokens?: 'none';
  readonly rejections?: number;
}

const CASES: readonly Case[] = [
  { title: 'a loop', use: async (start) => readStream(PLAIN, await start()), outcome: 'ok' },
  {
    title: 'withResponse()',
    use: async (start) => {
      const { data, response } = await start().withResponse();
      return [response.status, await readStream(PLAIN, data)];
    },
    outcome: 'ok',
  },
  { title: 'asResponse()', use: async (start) => (await start().asResponse()).text(), outcome: 'ok', tokens: 'none' },
  {
    title: 'tee()',
    use: async (start) => Promise.all((await start()).tee().map((branch) => readStream(PLAIN, branch))),
    outcome: 'ok',
  },
  {
    title: 'toReadableStream()',
    use: async (start) => new Response((await start()).toReadableStream()).text(),
    outcome: 'ok',
  },
  {
    title: 'break',
    use: async (start) => {
      const stream = await start();
      return [await readStream(PLAIN, stream, () => true), stream.controller.signal.aborted];
    },
    outcome: 'cancelled',
    tokens: 'none',
  },
  {
    title: 'an error of the consumer',
    use: async (start) =>
      readStream(PLAIN, await start(), () => {
        throw new RangeError('mine');
      }),
    outcome: 'cancelled',
    tokens: 'none',
  },
  {
    title: 'a signal in mid-stream',
    use: async (start) => {
      const controller = new AbortController();
      const stream = await start({ signal: controller.signal });
      return readStream(PLAIN, stream, (count) => void (count === 2 && controller.abort()));
    },
    outcome: 'aborted',
    ending: 'hang',
    tokens: 'none',
  },
  {
    title: 'a signal that is aborted already',
    use: (start) => attempt(() => start({ signal: AbortSignal.abort() })),
    outcome: 'aborted',
    tokens: 'none',
  },
  {
    title: 'a body that ends early',
    use: async (start) => readStream(PLAIN, await start()),
    outcome: 'truncated',
    ending: 'cut',
    tokens: 'none',
  },
  {
    title: 'an error in mid-stream',
    use: async (start) => readStream(PLAIN, await start()),
    outcome: 'error',
    ending: 'error event',
    tokens: 'none',
  },
  { title: 'status 429', use: (start) => attempt(() => start()), outcome: 'error', status: 429, tokens: 'none' },
  {
    title: 'status 500 that nobody handles',
    use: async (start) => {
      start().asResponse();
      await setTimeout(10);
    },
    outcome: 'error',
    status: 500,
    tokens: 'none',
    rejections: 1,
  },
  {
    title: 'a stream that nobody reads',
    use: async (start) => void (await start()),
    outcome: 'abandoned',
    tokens: 'none',
  },
];

/** A fetch whose body is the events, each in a turn of its own. */
function serve(events: readonly object[], { ending, status = 200 }: Case): Fetch {
  return async (url, init) => {
    if (String(url).startsWith('data:')) return new Response('');
    if (status !== 200) return Response.json({ error: { message: 'no', type: 'tests' } }, { status });
    const left =
      ending === undefined ? [...events] : [...events.slice(0, 2), ...(ending === 'error event' ? [ERROR] : [])];
    const signal = init?.signal as AbortSignal | undefined;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      await setTimeout(1);
      const event = left.shift();
      if (event !== undefined) controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`));
      else if (ending !== 'hang') controller.close();
      else await gone(signal).then(() => controller.error(signal?.reason));
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), {
      headers: { 'content-type': 'text/event-stream' },
    });
  };
}

const gone = (signal: AbortSignal | undefined): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal?.aborted) resolve(undefined);
    signal?.addEventListener('abort', resolve, { once: true });
  });

const ERROR = { error: { message: 'overloaded', type: 'server_error', code: 'overloaded' } };

/** openai 4 has no streams of images. */
const STREAMING = SDKS.flatMap(([version, SDK]) =>
  METHODS.filter(([method]) => version !== 'openai 4' || !method.startsWith('images')).map(
    ([method, events, start]) => [version, method, SDK, events, start] as const,
  ),
);

describe.each(STREAMING)('%s: %s', (_version, _method, SDK, events, start) => {
  describe('shows its caller the same, and is measured once', () => {
    it.each(CASES)('$title', async (test) => {
      const telemetry = useTelemetry();
      const { meterProvider, tracerProvider } = telemetry;
      const make = (): OpenAI => new SDK({ apiKey: 'test', maxRetries: 0, fetch: serve(events, test) });
      const play = (client: OpenAI) => withRejections(async () => test.use(start(client)));
      const bare = await play(make());
      const wrapped = await play(wrapOpenAI(make(), { meterProvider, tracerProvider }));
      expect(wrapped).toEqual(bare);
      expect(wrapped.rejections).toHaveLength(test.rejections ?? 0);
      await expect
        .poll(async () => {
          if (test.outcome === 'abandoned') collectGarbage();
          return telemetry.total('llm_requests_total');
        })
        .toBe(1);
      const tokens = test.tokens === 'none' ? {} : { input: 5, output: 7 };
      expect(figures(await telemetry.metrics())).toMatchObject({
        outcomes: { [test.outcome]: 1 },
        tokens,
        inFlight: 0,
      });
      expect(telemetry.spans()).toHaveLength(1);
    });
  });
});
