import type { Environment } from './environment';
import type { PrometheusOptions, RegisterOptions } from './options';
import * as rules from './rules';

type MetricExporter = 'otlp' | 'prometheus' | 'console';

/** Which part of the settings is about metrics alone. */
export interface MetricSettings {
  readonly metricExporters: ReadonlySet<MetricExporter>;
  readonly prometheus: Readonly<Required<{ [Key in keyof PrometheusOptions]: NonNullable<PrometheusOptions[Key]> }>>;
  readonly metricIntervalMillis: number;
  readonly metricTimeoutMillis: number;
  /** What OTLP reports of sums and histograms. */
  readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
  /** Whether histograms go out over OTLP with exponential buckets, unless core has aggregated them. */
  readonly exponential: boolean;
}

/** Checked options over variables over defaults; `told` says that an endpoint was named. */
export function readMetricSettings(options: RegisterOptions, environment: Environment, told: boolean): MetricSettings {
  const prefix = 'OTEL_EXPORTER_OTLP_METRICS';
  const histogram = ['explicit_bucket_histogram', 'base2_exponential_bucket_histogram'] as const;
  return {
    metricExporters: exporters(options, environment, told),
    prometheus: prometheus(options, environment),
    ...intervals(options, environment),
    temporality:
      environment.word(`${prefix}_TEMPORALITY_PREFERENCE`, ['cumulative', 'delta', 'lowmemory'] as const) ??
      'cumulative',
    exponential: environment.word(`${prefix}_DEFAULT_HISTOGRAM_AGGREGATION`, histogram) === histogram[1],
  };
}

function exporters(options: RegisterOptions, environment: Environment, told: boolean): Set<MetricExporter> {
  const listed = environment.wordsOrNone('OTEL_METRICS_EXPORTER', ['otlp', 'prometheus', 'console'] as const);
  const exporters = new Set<MetricExporter>(listed ?? (told ? ['otlp', 'prometheus'] : ['prometheus']));
  for (const name of ['otlp', 'prometheus'] as const) {
    const option = options[name];
    if (option === false) exporters.delete(name);
    else if (option !== undefined) exporters.add(name);
  }
  return exporters;
}

function prometheus(options: RegisterOptions, environment: Environment): MetricSettings['prometheus'] {
  const told = typeof options.prometheus === 'object' ? options.prometheus : {};
  return {
    host: told.host ?? environment.text('OTEL_EXPORTER_PROMETHEUS_HOST', rules.text) ?? 'localhost',
    port: told.port ?? environment.number('OTEL_EXPORTER_PROMETHEUS_PORT', rules.port) ?? 9464,
    path: told.path ?? '/metrics',
    healthPath: told.healthPath ?? '/healthz',
    listen: told.listen ?? true,
  };
}

function intervals(
  options: RegisterOptions,
  environment: Environment,
): Pick<MetricSettings, 'metricIntervalMillis' | 'metricTimeoutMillis'> {
  const told = typeof options.otlp === 'object' ? options.otlp.metricIntervalMillis : undefined;
  const interval = told ?? environment.number('OTEL_METRIC_EXPORT_INTERVAL', rules.millis) ?? 60_000;
  const timeout = environment.number('OTEL_METRIC_EXPORT_TIMEOUT', rules.millis) ?? 30_000;
  return { metricIntervalMillis: interval, metricTimeoutMillis: Math.min(timeout, interval) };
}
