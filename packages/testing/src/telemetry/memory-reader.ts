import type * as sdkMetrics from '@opentelemetry/sdk-metrics';
import type { CollectionResult, IMetricReader, InstrumentType, MetricProducer } from '@opentelemetry/sdk-metrics';
import { type MetricRow, mergeRows, rowsOf, seriesKey } from './rows.ts';

/** A metric producer by shape, so that one written without the SDK fits. */
export interface MetricSource {
  collect(options?: { timeoutMillis?: number }): Promise<unknown>;
}

/** A metric reader that adds up what it collects. */
export interface MemoryReader extends IMetricReader {
  rows(): Promise<MetricRow[]>;
  reset(): Promise<void>;
}

/** `InstrumentType` and `AggregationTemporality` of the SDK, by value. */
const WHOLE: readonly string[] = ['UP_DOWN_COUNTER', 'OBSERVABLE_UP_DOWN_COUNTER'];
const DELTA = 0;
const CUMULATIVE = 1;

/** Counters and histograms are read as deltas, so that `reset()` can leave the providers as they are. */
export function createMemoryReader(sdk: typeof sdkMetrics, metricProducers: readonly MetricSource[]): MemoryReader {
  const series = new Map<string, MetricRow>();
  class Reader extends sdk.MetricReader implements MemoryReader {
    async rows(): Promise<MetricRow[]> {
      absorb(series, await this.collect());
      return [...series].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
    }

    async reset(): Promise<void> {
      await this.collect();
      series.clear();
    }

    protected override async onShutdown(): Promise<void> {}

    protected override async onForceFlush(): Promise<void> {}
  }
  return new Reader({
    metricProducers: metricProducers as MetricProducer[],
    aggregationTemporalitySelector: (type: InstrumentType) => (WHOLE.includes(type) ? CUMULATIVE : DELTA),
  });
}

function absorb(series: Map<string, MetricRow>, { resourceMetrics, errors }: CollectionResult): void {
  if (errors.length > 0) throw new AggregateError(errors, 'Collecting metrics failed');
  for (const { scope, metrics } of resourceMetrics.scopeMetrics) {
    for (const metric of metrics) {
      const isDelta = metric.aggregationTemporality === DELTA;
      for (const row of rowsOf(metric, scope.name)) {
        const key = seriesKey(row);
        series.set(key, isDelta ? mergeRows(series.get(key), row) : row);
      }
    }
  }
}
