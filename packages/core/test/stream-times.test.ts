import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type GapBuckets, GapPoint, toHistogram } from '../src/gaps';
import { StreamTimes } from '../src/stream-times';
import { type ChunkKind, NO_TOKEN, OUTPUT, REASONING } from '../src/types';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  // Times before the first chunk are no gaps, and zero is a time like any other.
  vi.advanceTimersByTime(1000);
});
afterEach(() => vi.useRealTimers());

/** A stream whose consumer took `spent` milliseconds before it asked, and waited so many more for each chunk. */
function follow(...chunks: (readonly [spent: number, waited: number, kind: ChunkKind])[]): StreamTimes {
  const times = new StreamTimes();
  times.gaps = new GapPoint();
  for (const [spent, waited, kind] of chunks) {
    vi.advanceTimersByTime(spent);
    times.pulled();
    vi.advanceTimersByTime(waited);
    times.arrived();
    times.brought(kind);
  }
  return times;
}

const counted = (gaps: GapBuckets): [count: number, seconds: number] => {
  const { count, sum } = toHistogram(gaps, []);
  return [count, Math.round(sum * 1e6) / 1e6];
};

it('a stream without gaps has no longest one', () => {
  for (const times of [follow(), follow([0, 30, OUTPUT])]) {
    expect([times.maxGapMillis, times.maxTokenGapMillis]).toEqual([-Infinity, -Infinity]);
  }
});

it('the longest gap between tokens is the longest wherever it stands, and what the consumer took is no part of it', () => {
  for (const waits of [
    [20, 70, 40],
    [70, 20, 40],
    [20, 40, 70],
  ]) {
    const times = follow([0, 500, OUTPUT], ...waits.map((wait) => [900, wait, OUTPUT] as const));
    expect([times.maxGapMillis, times.maxTokenGapMillis]).toEqual([70, 70]);
  }
});

it('waiting for chunks without tokens is waiting for the token after them', () => {
  const times = follow(
    [0, 500, OUTPUT],
    [900, 20, NO_TOKEN],
    [900, 30, NO_TOKEN],
    [900, 10, OUTPUT],
    [900, 40, OUTPUT],
  );
  expect(times.maxGapMillis).toBe(40);
  expect(times.maxTokenGapMillis).toBe(60);
  expect(counted(times.gaps!.chunkGaps())).toEqual([4, 0.1]);
  expect(counted(times.gaps!.tokenGaps())).toEqual([2, 0.1]);
});

it('of several such waits the longest is told, and each begins anew', () => {
  const pause = (millis: number) => [[0, millis, NO_TOKEN] as const, [0, 5, OUTPUT] as const];
  const first = [0, 500, OUTPUT] as const;
  for (const pauses of [
    [20, 70],
    [70, 20],
  ]) {
    const times = follow(first, ...pauses.flatMap(pause));
    expect([times.maxGapMillis, times.maxTokenGapMillis]).toEqual([70, 75]);
  }
});

it('waits before the first token, and after the last, are none between tokens', () => {
  const times = follow([0, 5, NO_TOKEN], [0, 300, NO_TOKEN], [0, 200, OUTPUT], [0, 10, OUTPUT], [0, 400, NO_TOKEN]);
  expect([times.maxGapMillis, times.maxTokenGapMillis]).toEqual([400, 10]);
  expect(counted(times.gaps!.tokenGaps())).toEqual([1, 0.01]);
});

it('a gap between neighbouring tokens is kept once, for both histograms', () => {
  const { both, chunkOnly, tokenOnly } = follow([0, 5, OUTPUT], [0, 10, OUTPUT], [0, 20, OUTPUT]).gaps!;
  expect([both, chunkOnly, tokenOnly].map(counted)).toEqual([
    [2, 0.03],
    [0, 0],
    [0, 0],
  ]);
});

it('of chunks that were asked for at once each waited since the one before it', () => {
  const times = follow([0, 0, OUTPUT]);
  for (let pull = 0; pull < 3; pull++) times.pulled();
  for (const wait of [30, 20, 10]) {
    vi.advanceTimersByTime(wait);
    times.arrived();
    times.brought(OUTPUT);
  }
  expect(counted(times.gaps!.tokenGaps())).toEqual([3, 0.06]);
  expect(times.maxTokenGapMillis).toBe(30);
});

it('the first of each kind is kept, and the last token', () => {
  const times = follow([0, 10, NO_TOKEN], [0, 10, REASONING], [0, 10, OUTPUT], [0, 10, OUTPUT], [0, 10, NO_TOKEN]);
  expect(times).toMatchObject({ firstKind: REASONING });
  const since = times.firstChunk;
  expect([times.firstToken, times.firstOutputToken, times.lastToken].map((time) => time - since)).toEqual([10, 20, 30]);
});
