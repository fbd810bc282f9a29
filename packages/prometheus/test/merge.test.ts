import {
  AggregationTemporality,
  AggregationType,
  type ExponentialHistogram,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, test } from 'vitest';
import { type GaugeRule, lasting, mergeParts, noteChanges } from '../src/cluster/merge';
import { lotsOf, type MetricPart } from '../src/cluster/part';
import { classicBuckets } from '../src/exponential';
import type { SeriesValue } from '../src/family';

const part = (kind: MetricPart['kind'], value: SeriesValue, attributes: Record<string, string> = {}): MetricPart => ({
  name: 'metric',
  unit: '',
  description: '',
  scope: { name: 'scope' },
  kind,
  fault: undefined,
  points: [{ attributes, value }],
});

const merge = (metrics: readonly MetricPart[], rule: GaugeRule = 'last') =>
  mergeParts(
    metrics.map((metric) => ({ metrics: [metric] })),
    () => rule,
  );

const onlyValue = (metrics: readonly MetricPart[]): SeriesValue | undefined => metrics[0]?.points[0]?.value;

describe('numbers', () => {
  test.each(['counter', 'updowncounter'] as const)('of a %s are added up, whatever the rule for gauges', (kind) => {
    expect(onlyValue(merge([part(kind, 3), part(kind, -1), part(kind, 0.5)], 'max'))).toBe(2.5);
  });

  test.each([
    ['sum', 2.5],
    ['max', 3],
    ['min', -1],
  ] as const)('of a gauge follow the rule %s', (rule, expected) => {
    expect(onlyValue(merge([part('gauge', 3), part('gauge', -1), part('gauge', 0.5)], rule))).toBe(expected);
  });

  test('of other attributes, in whatever order, scopes or kinds stay apart', () => {
    const merged = merge([
      part('counter', 1, { a: 'x', b: 'y' }),
      part('counter', 2, { b: 'y', a: 'x' }),
      part('counter', 4, { a: 'xb', b: '' }),
      part('gauge', 8),
      { ...part('counter', 16), scope: { name: 'other' } },
    ]);
    expect(merged.map(({ points }) => points.map(({ value }) => value))).toEqual([[3, 4], [8], [16]]);
  });
});

test('the last reading of a gauge is that of the process where it changed last', () => {
  const parts = [1, 2].map((value) => ({ metrics: [part('gauge', value)], changes: new Map() }));
  for (const { metrics, changes } of parts) noteChanges(changes, metrics);
  const first = parts[0]!.changes as Map<string, Map<string, { value: SeriesValue; at: number }>>;
  for (const values of first.values()) for (const [id, { value, at }] of values) values.set(id, { value, at: at + 5 });
  expect(onlyValue(mergeParts(parts, () => 'last'))).toBe(1);
});

test('of a process that has ended, counters and histograms last', () => {
  const kinds = ['counter', 'updowncounter', 'gauge', 'histogram'] as const;
  expect(lasting(kinds.map((kind) => part(kind, 1))).map(({ kind }) => kind)).toEqual(['counter', 'histogram']);
});

describe('histograms', () => {
  const histogram = (boundaries: number[], counts: number[], more: Partial<Histogram> = {}): MetricPart =>
    part('histogram', {
      buckets: { boundaries, counts },
      count: counts.reduce((left, right) => left + right),
      ...more,
    });

  test('are added bucket by bucket', () => {
    const one = histogram([1, 5], [1, 2, 3], { sum: 10, min: 0, max: 9 });
    const two = histogram([1, 5], [10, 20, 30], { sum: 5, min: -1, max: 7 });
    const expected = { buckets: { boundaries: [1, 5], counts: [11, 22, 33] }, count: 66, sum: 15, min: -1, max: 9 };
    expect(onlyValue(merge([one, two]))).toEqual(expected);
    expect(one.points[0]?.value).toMatchObject({ count: 6 });
  });

  test('of other boundaries have those that both know, and none is counted in the wrong place', () => {
    const merged = onlyValue(
      merge([histogram([1, 2, 5, 10], [1, 1, 1, 1, 1]), histogram([2, 3, 10], [10, 10, 10, 10])]),
    );
    expect(merged).toEqual({ buckets: { boundaries: [2, 10], counts: [12, 22, 11] }, count: 45 });
  });

  test('without boundaries in common have their count', () => {
    const merged = onlyValue(merge([histogram([1], [1, 2]), histogram([2], [3, 4])]));
    expect(merged).toEqual({ buckets: { boundaries: [], counts: [10] }, count: 10 });
  });

  test('have no sum where one has none', () => {
    expect(onlyValue(merge([histogram([], [1], { sum: 1 }), histogram([], [2])]))).not.toHaveProperty('sum');
  });
});

async function recorded(values: readonly number[]): Promise<ExponentialHistogram> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 2 ** 30,
    exportTimeoutMillis: 1000,
  });
  const views = [{ instrumentName: 'size', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM as const } }];
  const provider = new MeterProvider({ readers: [reader], views });
  const size = provider.getMeter('test').createHistogram('size');
  for (const value of values) size.record(value);
  await provider.forceFlush();
  const [metrics] = exporter.getMetrics();
  await provider.shutdown();
  return metrics?.scopeMetrics[0]?.metrics[0]?.dataPoints[0]?.value as ExponentialHistogram;
}

test.each([
  ['of about the same scale', [1, 1.5, 2, 3, 100], [1.1, 50, 0, 0.3]],
  ['of very different scales', [1e-9, 1e9, 5], [1.0001, 1.0002, 1.0003]],
  ['of which one is empty on a side', [0, 0], [7, 8, 9]],
  ['far apart', [1e-30], [1e30]],
])('exponential histograms %s count every value where it belongs', async (_, left, right) => {
  const parts = await Promise.all([left, right].map(recorded));
  const merged = onlyValue(merge(parts.map((value) => part('histogram', value)))) as ExponentialHistogram;
  const all = [...left, ...right];
  expect(merged).toMatchObject({ count: all.length, min: Math.min(...all), max: Math.max(...all) });
  expect(merged.positive.bucketCounts.length).toBeLessThanOrEqual(160);
  expect(merged.sum).toBeCloseTo(
    all.reduce((one, two) => one + two),
    6,
  );
  const { boundaries, counts } = classicBuckets(merged);
  let total = 0;
  for (const [index, boundary] of boundaries.entries()) {
    total += counts[index] ?? 0;
    expect(total, `at ${boundary}`).toBe(all.filter((value) => value <= boundary * (1 + 1e-12)).length);
  }
  expect(total).toBe(all.length);
});

test('lots hold every point once, a thousand at most, and there is always one', () => {
  const points = Array.from({ length: 2500 }, (_, value) => ({ attributes: {}, value }));
  const lots = [...lotsOf([{ ...part('counter', 0), points }, part('gauge', 1)])];
  expect(lots.map((lot) => lot.map((one) => one.points.length))).toEqual([[1000], [1000], [500, 1]]);
  expect(lots.flat().flatMap((one) => one.points).length).toBe(2501);
  expect([...lotsOf([])]).toEqual([[]]);
});
