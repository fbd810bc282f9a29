import { createMetricProducer } from '@grump/llm-otel-core';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader, type MetricReaderOptions } from '@opentelemetry/sdk-metrics';
import { type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** Collects when asked, and never by itself. */
class IdleReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

const idleProcessor: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
};

/** Registers providers that do all of the SDK's work but the export: every span sampled, one reader. */
export function registerTelemetry(readerOptions?: MetricReaderOptions): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [idleProcessor] }));
  registerMetrics(readerOptions);
}

/** The same with our metric producer, as `register()` sets it up. */
export function registerAll(): void {
  const producer = createMetricProducer({ instruments: 'all' });
  registerTelemetry({ metricProducers: [producer] });
  producer.attach(metrics.getMeterProvider());
}

/** The metrics alone. */
export function registerMetrics(readerOptions?: MetricReaderOptions): void {
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [new IdleReader(readerOptions)] }));
}
