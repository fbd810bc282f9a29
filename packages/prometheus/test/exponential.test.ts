import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';
import { describe, expect, test } from 'vitest';
import { classicBuckets } from '../src/exponential';
import { PrometheusBridge } from '../src/index';
import { parsePage } from './parse-page';

const none = { offset: 0, bucketCounts: [] };

describe('classicBuckets', () => {
  test('prints a coarse scale as it is', () => {
    const positive = { offset: -1, bucketCounts: [1, 2, 3] };
    expect(classicBuckets({ count: 6, scale: 0, zeroCount: 0, positive, negative: none })).toEqual({
      boundaries: [0.5, 1, 2, 4],
      counts: [0, 1, 2, 3],
    });
  });

  test('merges a fine scale to four buckets per doubling', () => {
    const positive = { offset: 2, bucketCounts: [1, 2, 4, 8] };
    expect(classicBuckets({ count: 15, scale: 3, zeroCount: 0, positive, negative: none })).toEqual({
      boundaries: [2 ** 0.25, 2 ** 0.5, 2 ** 0.75],
      counts: [0, 3, 12],
    });
  });

  test('puts negative values below zero and zero below positive ones', () => {
    const side = { offset: 0, bucketCounts: [1, 2] };
    expect(classicBuckets({ count: 9, scale: 0, zeroCount: 3, positive: side, negative: side })).toEqual({
      boundaries: [-4, -2, -1, 0, 1, 2, 4],
      counts: [0, 2, 1, 3, 0, 1, 2],
    });
  });

  test('leaves what is above the largest number to the last bucket', () => {
    const positive = { offset: 1023, bucketCounts: [1] };
    expect(classicBuckets({ count: 1, scale: 0, zeroCount: 0, positive, negative: none }).boundaries).toEqual([
      2 ** 1023,
    ]);
  });

  test('knows no boundary twice at the small end', () => {
    const positive = { offset: -1075, bucketCounts: [1, 1] };
    const { boundaries } = classicBuckets({ count: 3, scale: 0, zeroCount: 1, positive, negative: none });
    expect(boundaries).toEqual([...new Set(boundaries)]);
  });
});

test('an exponential histogram of the SDK counts every value in a bucket that holds it', async () => {
  const bridge = new PrometheusBridge();
  const aggregation = { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const;
  const provider = new MeterProvider({ readers: [bridge], views: [{ instrumentName: 'size', aggregation }] });
  const values = Array.from({ length: 500 }, (_, index) => 0.001 * 1.03 ** index);
  const histogram = provider.getMeter('test').createHistogram('size');
  for (const value of values) histogram.record(value);

  const samples = parsePage(await bridge.scrape()).filter(({ name }) => name === 'size_bucket');
  expect(samples.length).toBeGreaterThan(50);
  for (const { labels, value } of samples) {
    const bound = Number(labels.le?.replace('Inf', 'Infinity'));
    const within = values.filter((candidate) => candidate <= bound).length;
    expect(Math.abs(value - within), `le="${labels.le}"`).toBeLessThanOrEqual(1);
  }
});
