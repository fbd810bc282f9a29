import { describe, expect, it } from 'vitest';
import { GEN_AI_SECONDS, TPOT_V1 } from '../src/buckets';
import { GapBuckets, GapPoint, gapSeconds, replay, toHistogram } from '../src/gaps';

const bucketsOf = (values: number[]): GapBuckets => {
  const gaps = new GapBuckets();
  for (const value of values) {
    gapSeconds[0] = value;
    gaps.add();
  }
  return gaps;
};

/** What an SDK histogram counts: a value belongs to the first bucket whose boundary is not below it. */
function naive(values: number[], boundaries: readonly number[]) {
  const counts = new Array<number>(boundaries.length + 1).fill(0);
  for (const value of values) counts[[...boundaries, Infinity].findIndex((boundary) => value <= boundary)]! += 1;
  return counts;
}

const VALUES = [0, 0.001, 0.01, 0.010001, 0.02, 0.0249, 0.3, 0.64, 2.5, 7.7, 80, 81.92, 500];

describe.each([
  ['TPOT_V1', TPOT_V1],
  ['GEN_AI_SECONDS', GEN_AI_SECONDS],
])('gaps as a histogram over %s', (_, boundaries) => {
  it('count as an SDK histogram would', () => {
    const { buckets, count, sum, min, max } = toHistogram(bucketsOf(VALUES), boundaries);
    expect(buckets.boundaries).toEqual(boundaries);
    expect(buckets.counts).toEqual(naive(VALUES, boundaries));
    expect({ count, min, max }).toEqual({ count: VALUES.length, min: 0, max: 500 });
    expect(sum).toBeCloseTo(
      VALUES.reduce((left, right) => left + right),
      9,
    );
  });

  it('have no min and max when there is no gap', () => {
    expect(toHistogram(new GapBuckets(), boundaries)).not.toHaveProperty('min');
  });

  it('replay into the same histogram', () => {
    const values = [...VALUES, 0.015, 0.016, 0.017, 0.3, 0.3];
    const replayed: number[] = [];
    replay([bucketsOf(values)], (value) => replayed.push(value));
    expect(replayed).toHaveLength(values.length);
    expect(naive(replayed, boundaries)).toEqual(naive(values, boundaries));
    expect(Math.min(...replayed)).toBe(0);
    expect(Math.max(...replayed)).toBe(500);
    expect(replayed.reduce((left, right) => left + right)).toBeCloseTo(
      values.reduce((left, right) => left + right),
      9,
    );
  });

  it('replay one gap, and equal gaps, as they are', () => {
    for (const values of [[0.1], [0.1, 0.1, 0.1]]) {
      const replayed: number[] = [];
      replay([bucketsOf(values)], (value) => replayed.push(value));
      expect(replayed).toEqual(values);
    }
  });
});

it('merging adds', () => {
  const both = bucketsOf([0.1, 0.2]).merge(bucketsOf([3, 500]));
  expect(toHistogram(both, TPOT_V1)).toMatchObject({ count: 4, sum: expect.closeTo(503.3), min: 0.1, max: 500 });
});

it('a flush hands out each gap once, to the instruments that it is of', () => {
  const point = new GapPoint();
  const add = (to: GapBuckets, value: number) => {
    gapSeconds[0] = value;
    to.add();
  };
  const flushed = () => {
    const token: number[] = [];
    const chunk: number[] = [];
    point.flush(
      (seconds) => token.push(seconds),
      (seconds) => chunk.push(seconds),
    );
    return { token, chunk };
  };
  add(point.both, 0.1);
  add(point.chunkOnly, 7);
  add(point.tokenOnly, 3);
  expect(flushed()).toEqual({ token: [0.1, 3], chunk: [0.1, 7] });
  expect(flushed()).toEqual({ token: [], chunk: [] });
  for (const value of [0.21, 0.22, 0.24]) add(point.both, value);
  const again = [0.21, 0.24, expect.closeTo(0.22)];
  expect(flushed()).toEqual({ token: again, chunk: again });
});
