import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { FamilyProducer, FamilySnapshot, SeriesSnapshot, Summary } from '../family';
import { isOurs } from './ours';
import { type PromClientRegistry, readRegistry } from './registry';
import { StartTimes } from './start-times';
import { SUMMARY, type SummaryPoint } from './summary';

export interface RegistryProducerOptions {
  /** Name of the instrumentation scope of the metrics. Default `prom-client`. */
  readonly scopeName?: string;
  /** How long a metric's `collect` function may take, in milliseconds. Default 5000. */
  readonly timeoutMillis?: number;
}

/**
 * Hands out the metrics of a `prom-client` registry, for any reader of OpenTelemetry:
 * `new PeriodicExportingMetricReader({ exporter, metricProducers: [createRegistryProducer(registry)] })`.
 *
 * Names, labels and types stay; histograms keep their buckets. A summary is a gauge with the label `quantile` and the
 * counters `…_sum` and `…_count`, unless the exporter is one {@link withSummaries}. All are cumulative. Metrics that a
 * bridge put into the registry are not handed out.
 */
export function createRegistryProducer(
  registry: PromClientRegistry,
  options: RegistryProducerOptions = {},
): MetricProducer {
  const { scopeName = 'prom-client', timeoutMillis = 5000 } = options;
  const starts = new StartTimes();
  return {
    async collect(asked) {
      const { families, errors } = await readRegistry(
        registry,
        asked?.timeoutMillis ?? timeoutMillis,
        (metric) => !isOurs(metric),
      );
      const now = toHrTime(Date.now());
      const metrics = families.flatMap((family) => toMetrics(family, starts, now));
      const scopeMetrics = metrics.length === 0 ? [] : [{ scope: { name: scopeName }, metrics }];
      // Readers take the resource of the SDK.
      return { resourceMetrics: { resource: undefined as never, scopeMetrics }, errors: [...errors] };
    },
  };
}

/** Hands out the metrics of a `prom-client` registry for a bridge's own page: one of its `familyProducers`. */
export function createRegistryFamilies(registry: PromClientRegistry): FamilyProducer {
  return {
    async collectFamilies({ timeoutMillis }) {
      const { families, errors } = await readRegistry(registry, timeoutMillis, (metric) => !isOurs(metric));
      if (families.length === 0 && errors.length > 0) throw errors[0];
      return families;
    },
  };
}

function toMetrics(family: FamilySnapshot, starts: StartTimes, endTime: HrTime): MetricData[] {
  if (family.series.length === 0) return [];
  const { name, type } = family;
  const point = <Value>(series: SeriesSnapshot, value: Value, total: number): DataPoint<Value> => ({
    attributes: series.labels,
    startTime: starts.of(name, series.labels, total, endTime),
    endTime,
    value,
  });
  if (type === 'summary') return ofSummary(family, point);
  const base = baseOf(name, family.help);
  if (type === 'histogram') {
    const dataPoints = family.series.map((series) =>
      point(series, series.value as Histogram, (series.value as Histogram).count),
    );
    return [{ ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints }];
  }
  const dataPoints = family.series.map((series) =>
    point(series, series.value as number, type === 'counter' ? (series.value as number) : 0),
  );
  if (type === 'counter') return [{ ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }];
  return [{ ...base, dataPointType: DataPointType.GAUGE, dataPoints }];
}

type ToPoint = <Value>(series: SeriesSnapshot, value: Value, total: number) => DataPoint<Value>;

/** Three metrics that OpenTelemetry JS knows; the first carries the summary as it was. */
function ofSummary({ name, help, series }: FamilySnapshot, point: ToPoint): MetricData[] {
  const points = series.map((one) => point(one, one.value as Summary, (one.value as Summary).count));
  const quantiles = points.flatMap(({ value, attributes, ...times }) =>
    value.quantiles.map((at) => ({ ...times, value: at.value, attributes: withQuantile(attributes, at.quantile) })),
  );
  const counter = (suffix: 'sum' | 'count'): MetricData => ({
    ...baseOf(`${name}_${suffix}`, help),
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: points.map((one) => ({ ...one, value: one.value[suffix] ?? 0 })),
  });
  const gauge: MetricData = { ...baseOf(name, help), dataPointType: DataPointType.GAUGE, dataPoints: quantiles };
  const summary: readonly SummaryPoint[] = points;
  return [
    Object.assign(gauge, { [SUMMARY]: summary }),
    ...(['sum', 'count'] as const).map((suffix) => Object.assign(counter(suffix), { [SUMMARY]: [] })),
  ];
}

const withQuantile = (attributes: Attributes, quantile: number): Attributes => ({
  ...attributes,
  quantile: String(quantile),
});

const baseOf = (name: string, description: string) =>
  ({
    descriptor: { name, description, unit: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }) as const;

const toHrTime = (epochMillis: number): HrTime => [Math.trunc(epochMillis / 1000), (epochMillis % 1000) * 1e6];
