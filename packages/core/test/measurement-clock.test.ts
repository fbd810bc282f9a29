import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FakeChunk } from './fake-sdk';
import type { Script } from './measure';

const TEXT: FakeChunk = { kind: 'text' };
const STOP: FakeChunk = { end: 'stop' };
const usage = (output: number): FakeChunk => ({ usage: { input: 7, output } });

// What a burst teaches the clock stays with it: each test has a clock that knows nothing.
const load = () => import('./measure');
let measure: Awaited<ReturnType<typeof load>>;

beforeEach(async () => {
  vi.resetModules();
  measure = await load();
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const times = (count: number, chunk: FakeChunk, millis = 0): Script =>
  Array.from({ length: count }, () => [millis, chunk] as const);

describe('the clock', () => {
  it('that stands still gives zeros, and no speed', async () => {
    const still = await measure.figuresOf([
      [0, TEXT],
      [0, TEXT],
      [0, STOP],
      [0, usage(2)],
    ]);
    expect(still).toMatchObject({ duration: 0, streamDuration: 0, firstToken: 0, firstOutputToken: 0, firstChunk: 0 });
    expect(still).toMatchObject({ gaps: [1, 0], chunkGaps: [3, 0], outcomes: { ok: 1 } });
    expect(still).toMatchObject({ perOutputToken: undefined, tokensPerSecond: undefined });
  });

  it.each([
    ['before each chunk', true, false, false],
    ['while the consumer works', false, true, false],
    ['at any time', true, true, false],
    ['at any time, with the metric producer', true, true, true],
  ])('that goes backwards %s gives nothing below zero', async (_, inServer, inConsumer, produced) => {
    vi.advanceTimersByTime(100_000);
    const telemetry = measure.useTelemetry(produced);
    const real = performance.now.bind(performance);
    let behind = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => real() - behind);
    const goBack = () => {
      behind += 1000;
    };
    const serve = async function* () {
      for (const chunk of [TEXT, TEXT, TEXT, STOP, usage(3)]) {
        if (inServer) goBack();
        yield chunk;
      }
    };
    const { FakeStream } = await import('./fake-sdk');
    const client = measure.createWrapped(telemetry, async () => new FakeStream(serve));
    expect(await measure.consume(client, () => inConsumer && goBack())).toBeUndefined();
    const rows = await telemetry.metrics();
    expect(measure.figures(rows)).toMatchObject({ outcomes: { ok: 1 }, inFlight: 0, gaps: [2, 0], chunkGaps: [4, 0] });
    const negative = rows.filter((row) => (row.type === 'histogram' ? Math.min(row.min!, row.sum) < 0 : row.value < 0));
    expect(negative.map(({ name }) => name)).toEqual([]);
    const { attributes, durationSeconds } = measure.onlySpan(telemetry);
    expect(durationSeconds).toBe(0);
    expect(Object.entries(attributes).filter(([, value]) => (value as number) < 0)).toEqual([]);
  });
});

describe('a burst, which one reading of the clock may serve', () => {
  it.each([0, 1, 2, 3])("keeps the consumer's time out of the gaps (%d chunks ahead)", async (ahead) => {
    let read = 0;
    const spend = () => ++read > 60 && vi.advanceTimersByTime(5);
    const script: Script = [...times(100 + ahead, TEXT), [0, STOP]];
    const { gaps } = await measure.figuresOf(script, (client) => measure.consume(client, spend));
    expect(gaps).toEqual([99 + ahead, 0]);
  });

  it('does not hide the gap after it', async () => {
    const script: Script = [...times(200, TEXT), [40, TEXT], ...times(200, TEXT), [60, TEXT], [0, STOP]];
    const { gaps, duration } = await measure.figuresOf(script);
    expect(gaps).toEqual([401, 0.1]);
    expect(duration).toBe(0.1);
  });

  it('does not date the first token of a later call back', async () => {
    const telemetry = measure.useTelemetry();
    const scripts: Script[] = [
      [...times(100, TEXT), [0, STOP]],
      [
        [0, TEXT],
        [0, STOP],
      ],
    ];
    const client = measure.createWrapped(telemetry, async () => measure.streamOf(scripts.shift()!));
    await measure.consume(client);
    vi.advanceTimersByTime(50);
    await measure.consume(client);
    const rows = await telemetry.metrics();
    expect(rows.filter((row) => row.type === 'histogram' && row.min! < 0)).toEqual([]);
    for (const { attributes } of telemetry.spans()) {
      expect(attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThanOrEqual(0);
    }
  });
});
