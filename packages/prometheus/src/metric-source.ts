import type { AttributeValue } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, type MetricData, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { batches } from './batches';
import type { Point } from './family';
import type { MetricKind } from './naming';

/** A metric of one scope as OpenTelemetry has it, before it gets a Prometheus name. */
export interface MetricSource {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: MetricKind;
  readonly scope: ScopeMetrics['scope'] & {
    readonly attributes?: { readonly [key: string]: AttributeValue | undefined };
  };
  /** Why Prometheus cannot have it. */
  readonly fault?: string | undefined;
  /** Whether no two points have the same attributes. */
  readonly distinct: boolean;
  /** The same from scrape to scrape, where the points are too, or most of them. */
  readonly keeper?: object | undefined;
  points(): Iterable<readonly Point[]>;
}

/** The metrics of a scope that were collected by somebody else: metric producers, or an SDK whose insides are not known. */
export function collectedSources({ scope, metrics }: ScopeMetrics): MetricSource[] {
  return metrics
    .filter(({ dataPoints }) => dataPoints.length > 0)
    .map((metric) => ({
      name: metric.descriptor.name,
      unit: metric.descriptor.unit,
      description: metric.descriptor.description,
      kind: metricKind(metric),
      scope,
      fault: deltaFault(metric),
      distinct: false,
      points: () => batches<Point>(metric.dataPoints),
    }));
}

function metricKind(metric: MetricData): MetricKind {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      return metric.isMonotonic ? 'counter' : 'updowncounter';
    case DataPointType.GAUGE:
      return 'gauge';
    default:
      return 'histogram';
  }
}

function deltaFault({ dataPointType, aggregationTemporality }: MetricData): string | undefined {
  const isDelta = dataPointType !== DataPointType.GAUGE && aggregationTemporality === AggregationTemporality.DELTA;
  return isDelta ? 'its producer hands out deltas, and Prometheus needs totals' : undefined;
}
