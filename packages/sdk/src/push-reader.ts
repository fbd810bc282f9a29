import { createMetricProducer, type LlmMetricProducer } from '@grump/llm-otel-core';
import {
  AggregationType,
  InstrumentType,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { LazyExporter } from './lazy-exporter';
import type { MetricSettings } from './metric-settings';
import { TEMPORALITY } from './temporality';

/** A reader that exports at its interval, and the producer that gives it the histograms of core. */
export function createPushReader(
  exporter: LazyExporter<ResourceMetrics>,
  settings: MetricSettings,
): { reader: PeriodicExportingMetricReader; producer: LlmMetricProducer } {
  const { temporality, exponential, metricIntervalMillis, metricTimeoutMillis } = settings;
  const producer = createMetricProducer({
    temporality: temporality === 'cumulative' ? 'cumulative' : 'delta',
    instruments: 'all',
  });
  const histogram = exponential ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT;
  const push: PushMetricExporter = {
    export: (items, done) => exporter.export(items, done),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    selectAggregationTemporality: TEMPORALITY[temporality],
    selectAggregation: (type) => ({
      type: type === InstrumentType.HISTOGRAM ? histogram : AggregationType.DEFAULT,
    }),
  };
  const reader = new PeriodicExportingMetricReader({
    exporter: push,
    exportIntervalMillis: metricIntervalMillis,
    exportTimeoutMillis: metricTimeoutMillis,
    metricProducers: [producer],
  });
  return { reader, producer };
}
