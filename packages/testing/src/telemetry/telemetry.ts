import { type Attributes, context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import * as sdkMetrics from '@opentelemetry/sdk-metrics';
import * as sdkTrace from '@opentelemetry/sdk-trace';
import { createMemoryReader, type MetricSource } from './memory-reader.ts';
import { type MetricRow, type SpanRow, spanRow } from './rows.ts';

export interface TelemetryOptions {
  /** The SDK modules to build from. Default: those installed beside this package. */
  readonly sdk?: { readonly metrics: typeof sdkMetrics; readonly trace: typeof sdkTrace };
  /** Further sources that the reader collects. Default none. */
  readonly metricProducers?: readonly MetricSource[];
  readonly views?: sdkMetrics.ViewOptions[];
  /** Default: every span is recorded. */
  readonly sampler?: sdkTrace.Sampler;
}

/** Real SDK providers whose output stays in memory. */
export interface Telemetry {
  readonly meterProvider: sdkMetrics.MeterProvider;
  readonly tracerProvider: sdkTrace.TracerProvider;
  /** Collects and returns every series, sorted by name and attributes. */
  metrics(): Promise<MetricRow[]>;
  /** Collects and adds up the values (histograms: counts) of a metric's series that have these attributes. 0 without any. */
  total(name: string, attributes?: Attributes): Promise<number>;
  /** The ended spans, in the order they ended. */
  spans(): SpanRow[];
  /** Makes these providers the API's global ones, with a context manager. */
  register(): void;
  /** Clears the API's globals. */
  unregister(): void;
  /** Forgets what was recorded. Cumulative figures of a `metricProducer` are its own and stay. */
  reset(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Builds meter and tracer providers with in-memory readers. */
export function createTelemetry(options: TelemetryOptions = {}): Telemetry {
  const sdk = options.sdk ?? { metrics: sdkMetrics, trace: sdkTrace };
  const reader = createMemoryReader(sdk.metrics, options.metricProducers ?? []);
  const spans = new sdk.trace.InMemorySpanExporter();
  const meterProvider = new sdk.metrics.MeterProvider({ readers: [reader], views: options.views });
  const tracerProvider = new sdk.trace.TracerProvider({
    sampler: options.sampler,
    spanProcessors: [new sdk.trace.SimpleSpanProcessor({ exporter: spans })],
  });
  return {
    meterProvider,
    tracerProvider,
    metrics: () => reader.rows(),
    total: async (name, attributes) => totalOf(await reader.rows(), name, attributes),
    spans: () => spans.getFinishedSpans().map(spanRow),
    register: () => setGlobals(meterProvider, tracerProvider),
    unregister: clearGlobals,
    reset: async () => {
      spans.reset();
      await reader.reset();
    },
    shutdown: async () => {
      await Promise.all([meterProvider.shutdown(), tracerProvider.shutdown()]);
    },
  };
}

function totalOf(rows: readonly MetricRow[], name: string, attributes: Attributes = {}): number {
  const wanted = Object.entries(attributes);
  return rows
    .filter((row) => row.name === name && wanted.every(([key, value]) => row.attributes[key] === value))
    .reduce((total, row) => total + (row.type === 'histogram' ? row.count : row.value), 0);
}

function setGlobals(meterProvider: sdkMetrics.MeterProvider, tracerProvider: sdkTrace.TracerProvider): void {
  clearGlobals();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  metrics.setGlobalMeterProvider(meterProvider);
  trace.setGlobalTracerProvider(tracerProvider);
}

function clearGlobals(): void {
  context.disable();
  metrics.disable();
  trace.disable();
}
