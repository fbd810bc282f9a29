import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { createSpanExporter } from './exporters';
import type { RegisterOptions } from './options';
import { tailSampler } from './sampling/tail-sampler';
import type { Settings, TraceExporter } from './settings';

const PROCESSORS: Record<TraceExporter, (settings: Settings) => SpanProcessor> = {
  otlp: ({ otlp }) => new BatchSpanProcessor({ exporter: createSpanExporter(otlp.TRACES) }),
  console: () => new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() }),
};

/** `undefined` where spans would go nowhere, unless `traces: true` asks for them all the same. */
export function createTracerProvider(options: RegisterOptions, settings: Settings): TracerProvider | undefined {
  const ours = [...settings.traceExporters].map((exporter) => PROCESSORS[exporter](settings));
  const { tailSampler: sampling } = options;
  const sent = sampling === undefined ? ours : ours.map((processor) => tailSampler(processor, sampling));
  const spanProcessors = [...(options.spanProcessors ?? []), ...sent];
  if (spanProcessors.length === 0 && options.traces !== true) return undefined;
  return new TracerProvider({ resource: settings.resource, sampler: settings.sampler, spanProcessors });
}
