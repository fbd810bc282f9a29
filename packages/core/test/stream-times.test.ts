import { expect, it } from 'vitest';
import { NEVER } from '../src/clock';
import { type GapBuckets, GapPoint, toHistogram } from '../src/gaps';
import { StreamTimes } from '../src/stream-times';
import { type ChunkKind, NO_TOKEN, OUTPUT, REASONING } from '../src/types';

/** A stream whose consumer took `spent` milliseconds before it asked, and waited so many more for each chunk. */
function follow(...chunks: (readonly [spent: number, waited: number, kind: ChunkKind])[]): StreamTimes {
  const times = new StreamTimes();
  times.gaps = new GapPoint();
  let at = 0;
  for (const [spent, waited, kind] of chunks) {
    at += spent * 1000;
    times.pulled(at);
    at += waited * 1000;
    times.brought(kind, times.arrived(at));
  }
  return times;
}

const counted = (gaps: GapBuckets): [count: number, seconds: number] => {
  const { count, sum } = toHistogram(gaps, []);
  return [count, Math.round(sum * 1e6) / 1e6];
};

it('a stream without gaps has no longest one', () => {
  for (const times of [follow(), follow([0, 30, OUTPUT])]) {
    expect([times.maxGap, times.maxTokenGap]).toEqual([NEVER, NEVER]);
  }
});

it('the longest gap between tokens is the longest wherever it stands, and what the consumer took is no part of it', () => {
  for (const waits of [
    [20, 70, 40],
    [70, 20, 40],
    [20, 40, 70],
  ]) {
    const times = follow([0, 500, OUTPUT], ...waits.map((wait) => [900, wait, OUTPUT] as const));
    expect([times.maxGap, times.maxTokenGap]).toEqual([70_000, 70_000]);
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
  expect(times.maxGap).toBe(40_000);
  expect(times.maxTokenGap).toBe(60_000);
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
    expect([times.maxGap, times.maxTokenGap]).toEqual([70_000, 75_000]);
  }
});

it('waits before the first token, and after the last, are none between tokens', () => {
  const times = follow([0, 5, NO_TOKEN], [0, 300, NO_TOKEN], [0, 200, OUTPUT], [0, 10, OUTPUT], [0, 400, NO_TOKEN]);
  expect([times.maxGap, times.maxTokenGap]).toEqual([400_000, 10_000]);
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
  for (let pull = 0; pull < 3; pull++) times.pulled(0);
  for (const at of [30_000, 50_000, 60_000]) times.brought(OUTPUT, times.arrived(at));
  expect(counted(times.gaps!.tokenGaps())).toEqual([3, 0.06]);
  expect(times.maxTokenGap).toBe(30_000);
});

it('the first of each kind is kept, and the last token', () => {
  const times = follow([0, 10, NO_TOKEN], [0, 10, REASONING], [0, 10, OUTPUT], [0, 10, OUTPUT], [0, 10, NO_TOKEN]);
  expect(times).toMatchObject({ firstKind: REASONING });
  const since = times.firstChunk;
  expect([times.firstToken, times.firstOutputToken, times.lastToken].map((time) => time - since)).toEqual([
    10_000, 20_000, 30_000,
  ]);
});
