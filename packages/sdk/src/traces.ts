import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { createOtlpExporter, watchExporter } from './exporters';
import type { RegisterOptions } from './options';
import { tailSampler } from './sampling/tail-sampler';
import type { BatchedExporter, Settings } from './settings';
import type { Watched } from './watched';

type Create = (settings: Settings, watched: Watched) => SpanProcessor;

const PROCESSORS: Record<BatchedExporter, Create> = {
  otlp: ({ otlp, batch }, watched) => {
    const exporter = createOtlpExporter('TRACES', otlp.TRACES, watched);
    return new BatchSpanProcessor({ ...batch.spans, exporter, selfObsMeterProvider: watched.meters });
  },
  console: (_, watched) =>
    new SimpleSpanProcessor({ exporter: watchExporter('TRACES', new ConsoleSpanExporter(), watched) }),
};

/** `undefined` where spans would go nowhere, unless `traces: true` asks for them all the same. */
export function createTracerProvider(
  options: RegisterOptions,
  settings: Settings,
  watched: Watched,
): TracerProvider | undefined {
  const ours = [...settings.traceExporters].map((exporter) => PROCESSORS[exporter](settings, watched));
  const { tailSampler: sampling } = options;
  const sent = sampling === undefined ? ours : ours.map((processor) => tailSampler(processor, sampling));
  const spanProcessors = [...(options.spanProcessors ?? []), ...sent];
  if (spanProcessors.length === 0 && options.traces !== true) return undefined;
  const { resource, sampler, spanLimits } = settings;
  return new TracerProvider({ resource, sampler, spanLimits, spanProcessors });
}
