import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Usage } from '../src/types';
import type { FakeChunk } from './fake-sdk';
import {
  consume,
  createWrapped,
  type Figures,
  figuresOf,
  onlySpan,
  pass,
  type Script,
  streamOf,
  useTelemetry,
} from './measure';

const ROLE: FakeChunk = { model: 'fake-1' };
const TEXT: FakeChunk = { kind: 'text' };
const THINKING: FakeChunk = { kind: 'reasoning' };
const STOP: FakeChunk = { end: 'stop' };
const usage = (output: number, more: Usage = {}): FakeChunk => ({ usage: { input: 7, output, ...more } });

/** A call of which nothing is known but that it began and ended well. */
const NOTHING: Figures = {
  outcomes: { ok: 1 },
  inFlight: 0,
  duration: undefined,
  streamDuration: undefined,
  firstToken: undefined,
  firstOutputToken: undefined,
  firstChunk: undefined,
  gaps: undefined,
  chunkGaps: undefined,
  perOutputToken: undefined,
  tokensPerSecond: undefined,
  tokens: {},
  usageMissing: 0,
};

type Row = readonly [title: string, script: Script, expected: Partial<Figures>];

/** A stream of `seconds`, its first token after `first`. */
const lasting = (seconds: number, first?: number): Partial<Figures> => ({
  duration: seconds,
  streamDuration: seconds,
  firstToken: first,
  firstOutputToken: first,
});

const SCRIPTS: readonly Row[] = [
  [
    'an ordinary stream',
    [
      [50, ROLE],
      [150, TEXT],
      [30, TEXT],
      [50, TEXT],
      [20, STOP],
      [1, usage(3)],
    ],
    {
      ...lasting(0.301, 0.2),
      firstChunk: 0.05,
      gaps: [2, 0.08],
      chunkGaps: [5, 0.251],
      perOutputToken: 0.04,
      tokensPerSecond: 25,
      tokens: { input: 7, output: 3 },
    },
  ],
  [
    'one token',
    [
      [50, ROLE],
      [150, TEXT],
      [20, STOP],
      [1, usage(1)],
    ],
    { ...lasting(0.221, 0.2), firstChunk: 0.05, chunkGaps: [3, 0.171], tokens: { input: 7, output: 1 } },
  ],
  [
    'one token, that is all there is',
    [[200, { kind: 'text', end: 'stop', usage: { input: 7, output: 1 } }]],
    { ...lasting(0.2, 0.2), firstChunk: 0.2, tokens: { input: 7, output: 1 } },
  ],
  [
    'zero tokens',
    [
      [50, ROLE],
      [20, STOP],
      [1, usage(0)],
    ],
    { ...lasting(0.071), firstChunk: 0.05, chunkGaps: [2, 0.021], tokens: { input: 7, output: 0 } },
  ],
  ['zero chunks', [], { ...lasting(0), outcomes: { truncated: 1 } }],
  [
    'all tokens in one chunk',
    [
      [50, ROLE],
      [150, TEXT],
      [20, STOP],
      [1, usage(40)],
    ],
    { ...lasting(0.221, 0.2), firstChunk: 0.05, chunkGaps: [3, 0.171], tokens: { input: 7, output: 40 } },
  ],
  [
    'all chunks in one turn of the event loop',
    [
      [200, ROLE],
      [0, TEXT],
      [0, TEXT],
      [0, TEXT],
      [0, STOP],
      [0, usage(3)],
    ],
    { ...lasting(0.2, 0.2), firstChunk: 0.2, gaps: [2, 0], chunkGaps: [5, 0], tokens: { input: 7, output: 3 } },
  ],
  [
    'two bursts',
    [
      [200, TEXT],
      [0, TEXT],
      [100, TEXT],
      [0, TEXT],
      [0, STOP],
      [0, usage(11)],
    ],
    {
      ...lasting(0.3, 0.2),
      firstChunk: 0.2,
      gaps: [3, 0.1],
      chunkGaps: [5, 0.1],
      perOutputToken: 0.01,
      tokensPerSecond: 100,
      tokens: { input: 7, output: 11 },
    },
  ],
  [
    'reasoning only',
    [
      [100, THINKING],
      [50, THINKING],
      [10, STOP],
      [1, usage(2, { reasoning: 2 })],
    ],
    {
      ...lasting(0.161),
      firstToken: 0.1,
      firstChunk: 0.1,
      gaps: [1, 0.05],
      chunkGaps: [3, 0.061],
      perOutputToken: 0.05,
      tokensPerSecond: 20,
      tokens: { input: 7, output: 2, reasoning: 2 },
    },
  ],
  [
    'reasoning, then text',
    [
      [100, THINKING],
      [50, TEXT],
      [50, TEXT],
      [10, STOP],
      [1, usage(3)],
    ],
    {
      ...lasting(0.211),
      firstToken: 0.1,
      firstOutputToken: 0.15,
      firstChunk: 0.1,
      gaps: [2, 0.1],
      chunkGaps: [4, 0.111],
      perOutputToken: 0.05,
      tokensPerSecond: 20,
      tokens: { input: 7, output: 3 },
    },
  ],
  [
    'chunks without content between tokens',
    [
      [100, TEXT],
      [5, {}],
      [15, TEXT],
      [10, {}],
      [10, {}],
      [10, TEXT],
      [1, STOP],
      [1, usage(3)],
    ],
    {
      ...lasting(0.152, 0.1),
      firstChunk: 0.1,
      gaps: [2, 0.05],
      chunkGaps: [7, 0.052],
      perOutputToken: 0.025,
      tokensPerSecond: 40,
      tokens: { input: 7, output: 3 },
    },
  ],
  [
    'usage on each chunk',
    [
      [100, { ...TEXT, ...usage(1) }],
      [10, { ...TEXT, ...usage(2) }],
      [10, { ...TEXT, ...usage(3) }],
      [1, STOP],
    ],
    {
      ...lasting(0.121, 0.1),
      firstChunk: 0.1,
      gaps: [2, 0.02],
      chunkGaps: [3, 0.021],
      perOutputToken: 0.01,
      tokensPerSecond: 100,
      tokens: { input: 7, output: 3 },
    },
  ],
  [
    'usage and content in one chunk',
    [
      [100, TEXT],
      [10, { ...TEXT, ...STOP, ...usage(2) }],
    ],
    {
      ...lasting(0.11, 0.1),
      firstChunk: 0.1,
      gaps: [1, 0.01],
      chunkGaps: [1, 0.01],
      perOutputToken: 0.01,
      tokensPerSecond: 100,
      tokens: { input: 7, output: 2 },
    },
  ],
  [
    'no usage',
    [
      [100, TEXT],
      [10, TEXT],
      [10, STOP],
    ],
    { ...lasting(0.12, 0.1), firstChunk: 0.1, gaps: [1, 0.01], chunkGaps: [2, 0.02], usageMissing: 1 },
  ],
  [
    'usage without a count of the output',
    [
      [100, TEXT],
      [10, TEXT],
      [10, STOP],
      [0, { usage: { input: 7 } }],
    ],
    { ...lasting(0.12, 0.1), firstChunk: 0.1, gaps: [1, 0.01], chunkGaps: [3, 0.02], tokens: { input: 7 } },
  ],
  [
    'usage before the finish reason',
    [
      [100, TEXT],
      [10, TEXT],
      [5, usage(2)],
      [5, STOP],
    ],
    {
      ...lasting(0.12, 0.1),
      firstChunk: 0.1,
      gaps: [1, 0.01],
      chunkGaps: [3, 0.02],
      perOutputToken: 0.01,
      tokensPerSecond: 100,
      tokens: { input: 7, output: 2 },
    },
  ],
  [
    'chunks after the finish reason',
    [
      [100, TEXT],
      [10, STOP],
      [10, TEXT],
      [10, {}],
      [5, usage(2)],
    ],
    {
      ...lasting(0.135, 0.1),
      firstChunk: 0.1,
      gaps: [1, 0.02],
      chunkGaps: [4, 0.035],
      perOutputToken: 0.02,
      tokensPerSecond: 50,
      tokens: { input: 7, output: 2 },
    },
  ],
  [
    'a stream without a finish reason',
    [
      [100, TEXT],
      [10, TEXT],
      [10, usage(2)],
    ],
    {
      ...lasting(0.12, 0.1),
      outcomes: { truncated: 1 },
      firstChunk: 0.1,
      gaps: [1, 0.01],
      chunkGaps: [2, 0.02],
      perOutputToken: 0.01,
      tokensPerSecond: 100,
      tokens: { input: 7, output: 2 },
    },
  ],
  [
    'an error in mid-stream',
    [
      [100, TEXT],
      [10, { ...TEXT, ...usage(2) }],
      [10, new RangeError('cut')],
    ],
    {
      ...lasting(0.12, 0.1),
      outcomes: { error: 1 },
      firstChunk: 0.1,
      gaps: [1, 0.01],
      chunkGaps: [1, 0.01],
      perOutputToken: 0.01,
      tokensPerSecond: 100,
      tokens: { input: 7, output: 2 },
    },
  ],
];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe.each([
  ['with the metric producer', true],
  ['without it', false],
])('streams %s', (_, produced) => {
  it.each(SCRIPTS)('%s', async (_, script, expected) => {
    expect(await figuresOf(script, consume, produced)).toEqual({ ...NOTHING, ...expected });
  });

  describe("the consumer's time", () => {
    const STREAM: Script = [
      [100, TEXT],
      [30, TEXT],
      [30, TEXT],
      [10, STOP],
      [0, usage(3)],
    ];

    it('is no part of the gaps when it waits for something else', async () => {
      const slow = await figuresOf(STREAM, (client) => consume(client, () => pass(1000)), produced);
      expect(slow).toMatchObject({ gaps: [2, 0.06], chunkGaps: [4, 0.07], firstToken: 0.1 });
      // Five chunks were worked on for a second each, two of them between the first token and the last.
      expect(slow).toMatchObject({ duration: 5.17, streamDuration: 5.17, perOutputToken: 1.03 });
    });

    it('is no part of the gaps when it keeps the processor busy', async () => {
      const busy = await figuresOf(STREAM, (client) => consume(client, () => vi.advanceTimersByTime(1000)), produced);
      expect(busy).toMatchObject({ gaps: [2, 0.06], chunkGaps: [4, 0.07], duration: 5.17, perOutputToken: 1.03 });
    });
  });
});

describe('the longest gap, on the span', () => {
  it.each<[string, Script, number | undefined]>([
    [
      'is that between chunks of any kind',
      [
        [50, ROLE],
        [150, TEXT],
        [30, TEXT],
        [1, STOP],
      ],
      0.15,
    ],
    ['is not there with one chunk', [[200, { ...TEXT, ...STOP }]], undefined],
  ])('%s', async (_, script, expected) => {
    const telemetry = useTelemetry();
    await consume(createWrapped(telemetry, async () => streamOf(script)));
    expect(onlySpan(telemetry).attributes['llm.stream.max_gap']).toBe(expected);
  });
});
