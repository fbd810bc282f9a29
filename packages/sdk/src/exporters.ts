import { OTLPMetricExporter as MetricJsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as MetricProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as TraceJsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TraceProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { OtlpSettings } from './otlp-settings';

/** Sends spans; what the settings leave open it reads from `OTEL_EXPORTER_OTLP_*`. */
export function createSpanExporter(settings: OtlpSettings): SpanExporter {
  const Exporter = settings.protocol === 'http/json' ? TraceJsonExporter : TraceProtobufExporter;
  return new Exporter(configOf(settings));
}

/** Sends metrics; what the settings leave open it reads from `OTEL_EXPORTER_OTLP_*`. */
export function createMetricExporter(settings: OtlpSettings): PushMetricExporter {
  const Exporter = settings.protocol === 'http/json' ? MetricJsonExporter : MetricProtobufExporter;
  return new Exporter(configOf(settings));
}

function configOf({ url, headers, timeoutMillis }: OtlpSettings) {
  return { url, headers: headers && { ...headers }, timeoutMillis };
}
