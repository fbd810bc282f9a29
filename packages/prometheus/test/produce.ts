import type { Attributes } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';

const startTime: [number, number] = [0, 0];
const endTime = startTime;

const base = (name: string, description: string, unit: string) =>
  ({
    descriptor: { name, description, unit, valueType: 1 },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }) as const;

/** A metric of one number, as a producer hands it out: the SDK's own checks of names are not in the way. */
export function scalar(
  kind: 'counter' | 'updowncounter' | 'gauge',
  name: string,
  points: readonly (readonly [attributes: Attributes, value: number])[],
  { unit = '', description = '' }: { readonly unit?: string; readonly description?: string } = {},
): MetricData {
  const dataPoints = points.map(([attributes, value]) => ({ attributes, value, startTime, endTime }));
  const metric = { ...base(name, description, unit), dataPoints };
  if (kind === 'gauge') return { ...metric, dataPointType: DataPointType.GAUGE };
  return { ...metric, dataPointType: DataPointType.SUM, isMonotonic: kind === 'counter' };
}

/** A histogram with these counts, one more than there are boundaries. */
export function histogram(
  name: string,
  attributes: Attributes,
  boundaries: number[],
  counts: number[],
  sum?: number,
): MetricData {
  const count = counts.reduce((total, part) => total + part, 0);
  const value = { buckets: { boundaries, counts }, count, sum };
  return {
    ...base(name, '', ''),
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: [{ attributes, value, startTime, endTime }],
  };
}

/** A producer of one scope per list. */
export function producer(...scopes: readonly MetricData[][]): MetricProducer {
  const scopeMetrics = scopes.map((metrics, index) => ({
    scope: { name: `scope-${index + 1}`, version: `${index + 1}.0` },
    metrics,
  }));
  return {
    collect: async () => ({ resourceMetrics: { resource: { attributes: {} } as never, scopeMetrics }, errors: [] }),
  };
}

/** Histograms with nothing in them, without a sum, of values below zero, and with sums that no counter has. */
export function oddHistograms(): MetricData[] {
  const sums = [0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e308, undefined];
  const plain = sums.map((sum, index) => histogram(`odd.${index}`, { index, le: 'x' }, [0, 1, 2.5], [1, 0, 2, 4], sum));
  return [
    ...plain,
    histogram('odd.empty', {}, [], [0], 0),
    histogram('odd.below', {}, [-2, -1, 0], [1, 1, 1, 1], 5),
    histogram('odd.large', {}, [1e-7, 1e6, 2 ** 40, 1e21, 1e308], [1, 1, 1, 1, 1, 1], 5),
  ];
}

/** Metrics whose names are taken, in one format or the other. */
export function clashing(): MetricData[] {
  return [
    scalar('counter', 'jobs', [[{}, 1]]),
    scalar('gauge', 'jobs', [[{}, 1]]),
    scalar('gauge', 'jobs_created', [[{}, 1]]),
    histogram('work', {}, [1], [1, 1], 2),
    scalar('gauge', 'work_count', [[{}, 1]]),
    scalar('counter', 'work_bucket', [[{}, 1]]),
    scalar('gauge', 'target', [[{}, 1]]),
    scalar('counter', 'target_info', [[{}, 1]]),
  ];
}
