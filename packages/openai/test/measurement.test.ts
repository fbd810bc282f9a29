import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Figures, figures, useTelemetry } from '../../core/test/measure';
import { wrapOpenAI } from '../src/index';
import { type Answer, createClient, DONE, type Frames, pass } from './mock-fetch';

const REQUEST = { model: 'm', messages: [] };
const PROMPT = 7;

/** A chunk of one choice. */
const chunk = (delta: object, finish: string | null = null, index = 0) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'm',
  choices: [{ index, delta, finish_reason: finish }],
});
const usage = (completion: number, choices: unknown[] = []) => ({
  ...chunk({}),
  choices,
  usage: { prompt_tokens: PROMPT, completion_tokens: completion, total_tokens: PROMPT + completion },
});
const ROLE = chunk({ role: 'assistant', content: '' });
const STOP = chunk({}, 'stop');
const say = (content: string, index = 0) => chunk({ content }, null, index);
const tool = (call: object) => chunk({ tool_calls: [{ index: 0, ...call }] });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

type Request = typeof REQUEST & { readonly n?: number };

async function measure(answers: readonly Answer[], request: Request = REQUEST, maxRetries = 0): Promise<Figures> {
  const { meterProvider, tracerProvider, metrics } = useTelemetry();
  const client = wrapOpenAI(createClient(...answers), { meterProvider, tracerProvider }).withOptions({ maxRetries });
  try {
    for await (const _ of await client.chat.completions.create({ ...request, stream: true }));
  } catch {}
  return figures(await metrics());
}

const measureFrames = (frames: Frames, request?: Request) => measure([{ frames: [...frames, [0, DONE]] }], request);

const NONE = { firstToken: undefined, firstOutputToken: undefined, gaps: undefined, perOutputToken: undefined };

describe('a stream of', () => {
  it.each<[string, Frames, Partial<Figures>]>([
    [
      'role-only, empty and null content has no first token before the text',
      [
        [10, { ...ROLE, id: '', model: '', choices: [], prompt_filter_results: [{}] }],
        [10, ROLE],
        [10, chunk({ role: 'assistant', content: null })],
        [10, chunk({ content: '' })],
        [10, say('Hi')],
        [10, STOP],
        [1, usage(1)],
      ],
      { firstChunk: 0.01, firstToken: 0.05, firstOutputToken: 0.05, gaps: undefined, chunkGaps: [6, 0.051] },
    ],
    [
      'role and text in one chunk has its first token there',
      [[10, chunk({ role: 'assistant', content: 'Hi' }, 'stop')]],
      { firstChunk: 0.01, firstToken: 0.01, firstOutputToken: 0.01, usageMissing: 1 },
    ],
    [
      'tool calls only has its first token with the first argument, not with the name',
      [
        [10, ROLE],
        [10, tool({ id: 'a', function: { name: 'weather', arguments: '' } })],
        [10, tool({ function: { arguments: '{"ci' } })],
        [10, tool({ function: { arguments: 'ty":1}' } })],
        [10, chunk({}, 'tool_calls')],
        [1, usage(9)],
      ],
      { firstToken: 0.03, firstOutputToken: 0.03, gaps: [1, 0.01], perOutputToken: 0.00125, tokensPerSecond: 800 },
    ],
    [
      'a refusal only has its first token there',
      [
        [10, ROLE],
        [10, chunk({ refusal: 'No, ' })],
        [10, chunk({ refusal: 'thanks' })],
        [10, STOP],
        [1, usage(2)],
      ],
      { firstToken: 0.02, firstOutputToken: 0.02, gaps: [1, 0.01], perOutputToken: 0.01 },
    ],
    [
      'reasoning only has no first output token',
      [
        [10, ROLE],
        [10, chunk({ reasoning_content: 'Hm' })],
        [10, chunk({ reasoning: 'Hm' })],
        [10, chunk({}, 'length')],
        [1, usage(2)],
      ],
      { firstToken: 0.02, firstOutputToken: undefined, gaps: [1, 0.01], perOutputToken: 0.01 },
    ],
    [
      'reasoning and text in one chunk has both firsts there',
      [
        [10, ROLE],
        [10, chunk({ reasoning_content: 'Hm', content: 'Hi' })],
        [10, STOP],
      ],
      { firstToken: 0.02, firstOutputToken: 0.02, gaps: undefined, usageMissing: 1 },
    ],
    [
      'empty chunks only has no token at all',
      [
        [10, ROLE],
        [10, STOP],
        [1, usage(0)],
      ],
      { ...NONE, firstChunk: 0.01, tokens: { input: PROMPT, output: 0 } },
    ],
    [
      'several choices has the first token of any, and a gap at each chunk of any',
      [
        [10, chunk({ role: 'assistant', content: '' })],
        [10, chunk({ role: 'assistant', content: '' }, null, 1)],
        [10, say('b', 1)],
        [10, say('a')],
        [10, { ...say('a'), choices: [...say('a').choices, ...say('b', 1).choices] }],
        [10, chunk({}, 'stop', 1)],
        [10, STOP],
        [1, usage(4)],
      ],
      { firstToken: 0.03, gaps: [2, 0.02], chunkGaps: [7, 0.061], tokens: { input: PROMPT, output: 4 } },
    ],
    [
      'cumulative usage of each choice has the last, which is the sum',
      [
        [10, usage(1, say('a').choices)],
        [10, usage(1, say('b', 1).choices)],
        [10, usage(2, chunk({}, 'stop').choices)],
        [10, usage(2, chunk({}, 'stop', 1).choices)],
        [1, usage(4)],
      ],
      { firstToken: 0.01, gaps: [1, 0.01], tokens: { input: PROMPT, output: 4 } },
    ],
    [
      'usage on each chunk has the last',
      [
        [10, usage(1, say('a').choices)],
        [10, usage(2, say('b').choices)],
        [10, usage(2, STOP.choices)],
      ],
      { tokens: { input: PROMPT, output: 2 }, perOutputToken: 0.01 },
    ],
    [
      'null usage on every chunk is one without usage',
      [
        [10, { ...say('a'), usage: null }],
        [10, { ...STOP, usage: null }],
      ],
      { tokens: {}, usageMissing: 1 },
    ],
    [
      'usage that is taken back keeps what was said',
      [
        [10, usage(2, say('a').choices)],
        [10, { ...STOP, usage: null }],
      ],
      { tokens: { input: PROMPT, output: 2 }, usageMissing: 0 },
    ],
    [
      'chunks after the finish reason counts them',
      [
        [10, say('a')],
        [10, STOP],
        [10, say('late')],
        [10, usage(2)],
      ],
      { gaps: [1, 0.02], perOutputToken: 0.02, tokens: { input: PROMPT, output: 2 } },
    ],
    [
      'comments, pings and named events counts what the SDK yields',
      [
        [10, ': keep-alive\n\n'],
        [10, say('a')],
        [10, ': keep-alive\n\n'],
        [10, say('b')],
        [10, STOP],
      ],
      { firstChunk: 0.02, firstToken: 0.02, gaps: [1, 0.02], chunkGaps: [2, 0.03], usageMissing: 1 },
    ],
  ])('%s', async (_, frames, expected) => {
    expect(await measureFrames(frames)).toMatchObject({ outcomes: { ok: 1 }, inFlight: 0, ...expected });
  });

  it('several choices of which one never ended was truncated', async () => {
    const frames: Frames = [
      [10, say('a')],
      [10, say('b', 1)],
      [10, STOP],
    ];
    expect(await measureFrames(frames, { ...REQUEST, n: 2 })).toMatchObject({ outcomes: { truncated: 1 } });
  });

  it('a finish reason without [DONE] is whole', async () => {
    expect(
      await measure([
        {
          frames: [
            [10, say('a')],
            [10, STOP],
          ],
        },
      ]),
    ).toMatchObject({ outcomes: { ok: 1 } });
  });

  it('[DONE] without a finish reason was truncated', async () => {
    expect(await measureFrames([[10, say('a')]])).toMatchObject({ outcomes: { truncated: 1 }, usageMissing: 0 });
  });

  it('an error object in its middle failed', async () => {
    const frames: Frames = [
      [10, say('a')],
      [10, { error: { message: 'boom', code: 503 } }],
    ];
    expect(await measureFrames(frames)).toMatchObject({ outcomes: { error: 1 }, duration: 0.02, firstToken: 0.01 });
  });

  it.each([
    ['without end', '1e999'],
    ['larger than any', '1e308'],
    ['that is broken', '1.5'],
    ['below zero', '-3'],
  ])('a count %s has none, and the sums stay good', async (_, count) => {
    const { meterProvider, total } = useTelemetry();
    const odd = JSON.stringify(usage(0)).replace('"completion_tokens":0', `"completion_tokens":${count}`);
    const read = async (...frames: Frames) => {
      const client = wrapOpenAI(createClient({ frames: [...frames, [0, DONE]] }), { meterProvider });
      for await (const _ of await client.chat.completions.create({ ...REQUEST, stream: true }));
    };
    await read([10, say('a')], [10, STOP], [10, `data: ${odd}\n\n`]);
    await read([10, say('a')], [10, STOP], [10, usage(2)]);
    expect(await total('llm_tokens_total', { type: 'input' })).toBe(2 * PROMPT);
    expect(await total('llm_tokens_total', { type: 'output' })).toBe(2);
  });
});

describe('a call with retries', () => {
  const slow: Answer = { status: 429, headers: { 'retry-after-ms': '1' }, body: { error: { message: 'slow down' } } };

  it('is one call, and its clock never stopped', async () => {
    const waits = [100, 0];
    const { meterProvider, total, metrics } = useTelemetry();
    const client = createClient(slow, {
      body: { ...usage(3), choices: [{ index: 0, message: {}, finish_reason: 'stop' }] },
    });
    const { fetch } = client as unknown as { fetch: typeof globalThis.fetch };
    Object.assign(client, {
      fetch: async (...args: Parameters<typeof globalThis.fetch>) => {
        await pass(waits.shift() ?? 0);
        return fetch(...args);
      },
    });
    await wrapOpenAI(client, { meterProvider }).chat.completions.create(REQUEST, { maxRetries: 2 });
    expect(await total('llm_requests_total')).toBe(1);
    expect(figures(await metrics())).toMatchObject({ outcomes: { ok: 1 }, duration: 0.1, tokens: { output: 3 } });
  });

  it('that run out is one error', async () => {
    expect(await measure([slow], REQUEST, 2)).toMatchObject({ outcomes: { error: 1 }, streamDuration: undefined });
  });
});
