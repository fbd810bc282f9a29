import { createMetricProducer, hasUnattachedProducer } from '@grump/llm-otel-core';
import { PrometheusBridge } from '@grump/llm-otel-prometheus';
import {
  AggregationTemporality,
  ConsoleMetricExporter,
  type IMetricReader,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { createMetricExporter } from './exporters';
import type { RegisterOptions } from './options';
import type { Settings } from './settings';

/** What answers for metrics. */
export interface Metrics {
  readonly provider: MeterProvider;
  readonly bridge: PrometheusBridge | undefined;
}

type Producer = ReturnType<typeof createMetricProducer>;

/** `undefined` where nothing would read the metrics. */
export function createMetrics(options: RegisterOptions, settings: Settings): Metrics | undefined {
  const exporters = settings.metricExporters;
  const producers: Producer[] = [];
  const readers: IMetricReader[] = [...(options.metricReaders ?? [])];
  const push = (exporter: PushMetricExporter) => readers.push(createPushReader(exporter, settings, producers));
  if (exporters.has('otlp')) push(createMetricExporter(settings.otlp.METRICS));
  if (exporters.has('console')) push(new ConsoleMetricExporter());
  const bridge = exporters.has('prometheus') ? new PrometheusBridge({ instruments: 'all' }) : undefined;
  if (bridge !== undefined) readers.push(bridge);
  if (readers.length === 0) return undefined;

  const provider = new MeterProvider({ resource: settings.resource, readers, views: [...(options.views ?? [])] });
  attachProducers(bridge === undefined ? producers : [...producers, bridge], provider, options);
  return { provider, bridge };
}

/**
 * Histograms come straight from core where all readers are made here and no view shall apply to them; else through the
 * API, so that a reader of the application's own misses none.
 */
function attachProducers(
  producers: readonly Pick<Producer, 'attach' | 'detach'>[],
  provider: MeterProvider,
  { metricReaders = [], views = [] }: RegisterOptions,
): void {
  for (const producer of producers) producer.detach();
  if (views.length > 0 || (metricReaders.length > 0 && !hasUnattachedProducer())) return;
  for (const producer of producers) producer.attach(provider);
}

function createPushReader(exporter: PushMetricExporter, settings: Settings, producers: Producer[]): IMetricReader {
  const temporality = exporter.selectAggregationTemporality?.(InstrumentType.HISTOGRAM);
  const producer = createMetricProducer({
    temporality: temporality === AggregationTemporality.DELTA ? 'delta' : 'cumulative',
    instruments: 'all',
  });
  producers.push(producer);
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: settings.metricIntervalMillis,
    exportTimeoutMillis: settings.metricTimeoutMillis,
    metricProducers: [producer],
  });
}
