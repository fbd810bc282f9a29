import { describe, expect, test } from 'vitest';
import { bucketsOf, quantile } from '../src/histogram.ts';
import { parsePage } from '../src/page.ts';

const buckets = (...pairs: [bound: number, count: number][]) => pairs.map(([bound, count]) => ({ bound, count }));
const INFINITE = Number.POSITIVE_INFINITY;

describe('quantile, by the rules of histogram_quantile', () => {
  test.each([
    { q: 0.5, at: buckets([0.1, 10], [0.2, 20], [INFINITE, 20]), expected: 0.1 },
    { q: 0.75, at: buckets([0.1, 10], [0.2, 20], [INFINITE, 20]), expected: 0.15 },
    { q: 0.5, at: buckets([0.1, 10], [INFINITE, 10]), expected: 0.05 },
    { q: 0.5, at: buckets([1, 0], [2, 0], [4, 8], [INFINITE, 8]), expected: 3 },
    { q: 0.99, at: buckets([1, 5], [2, 9], [INFINITE, 10]), expected: 2 },
    { q: 1, at: buckets([1, 5], [2, 10], [INFINITE, 10]), expected: 2 },
  ])('$q of $at is $expected', ({ q, at, expected }) => {
    expect(quantile(q, at)).toBeCloseTo(expected, 10);
  });

  test('nothing measured is no quantile', () => {
    expect(quantile(0.5, [])).toBeUndefined();
    expect(quantile(0.5, buckets([1, 0], [INFINITE, 0]))).toBeUndefined();
  });
});

test('the buckets of several series are summed, in order of bound', () => {
  const page = [
    'llm_x_bucket{model="a",le="0.5"} 1',
    'llm_x_bucket{model="a",le="+Inf"} 2',
    'llm_x_bucket{model="b",le="0.5"} 10',
    'llm_x_bucket{model="b",le="+Inf"} 20',
  ].join('\n');
  const samples = parsePage(page, 'llm_');
  expect(bucketsOf(samples, 'llm_x', {})).toEqual(buckets([0.5, 11], [INFINITE, 22]));
  expect(bucketsOf(samples, 'llm_x', { model: 'a' })).toEqual(buckets([0.5, 1], [INFINITE, 2]));
});
