import { type createMetricProducer, hasUnattachedProducer } from '@grump/llm-otel-core';
import { PrometheusBridge } from '@grump/llm-otel-prometheus';
import {
  ConsoleMetricExporter,
  type IMetricReader,
  MeterProvider,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { createOtlpExporter, watchExporter } from './exporters';
import type { LazyExporter } from './lazy-exporter';
import type { RegisterOptions } from './options';
import { createPushReader } from './push-reader';
import type { Settings } from './settings';
import type { Watched } from './watched';

/** What answers for metrics. */
export interface Metrics {
  readonly provider: MeterProvider;
  readonly bridge: PrometheusBridge | undefined;
}

type Producer = ReturnType<typeof createMetricProducer>;

/** `undefined` where nothing would read the metrics. */
export function createMetrics(options: RegisterOptions, settings: Settings, watched: Watched): Metrics | undefined {
  const { metricExporters: exporters, otlp, views } = settings;
  const producers: Producer[] = [];
  const readers: IMetricReader[] = [...(options.metricReaders ?? [])];
  const push = (exporter: LazyExporter<ResourceMetrics>, changes: Partial<Settings> = {}) => {
    const { reader, producer } = createPushReader(exporter, { ...settings, ...changes });
    readers.push(reader);
    producers.push(producer);
  };
  if (exporters.has('otlp')) {
    // A later export of cumulative sums tells all that an earlier one did.
    const hold = settings.temporality !== 'cumulative';
    push(createOtlpExporter('METRICS', otlp.METRICS, watched, hold));
  }
  if (exporters.has('console')) {
    const console = watchExporter('METRICS', new ConsoleMetricExporter(), watched);
    push(console, { temporality: 'cumulative', exponential: false });
  }
  const bridge = exporters.has('prometheus') ? new PrometheusBridge({ instruments: 'all' }) : undefined;
  if (bridge !== undefined) readers.push(bridge);
  if (readers.length === 0) return undefined;

  const provider = new MeterProvider({ resource: settings.resource, readers, views: [...views] });
  const all = bridge === undefined ? producers : [...producers, bridge];
  const { metricReaders } = options;
  attachProducers(all, provider, { metricReaders, views, exponential: exporters.has('otlp') && settings.exponential });
  return { provider, bridge };
}

/**
 * Histograms come straight from core where all readers are made here and no view shall apply to them; else through the
 * API, so that a reader of the application's own misses none.
 */
function attachProducers(
  producers: readonly Pick<Producer, 'attach' | 'detach'>[],
  provider: MeterProvider,
  { metricReaders = [], views, exponential }: Asked,
): void {
  for (const producer of producers) producer.detach();
  if (views.length > 0 || exponential || (metricReaders.length > 0 && !hasUnattachedProducer())) return;
  for (const producer of producers) producer.attach(provider);
}

interface Asked {
  readonly metricReaders: RegisterOptions['metricReaders'];
  readonly views: Settings['views'];
  readonly exponential: boolean;
}
