import { DiagLogLevel } from '@opentelemetry/api';
import { diagLogLevelFromString } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { Sampler } from '@opentelemetry/sdk-trace';
import { Environment } from './environment';
import type { PrometheusOptions, RegisterOptions } from './options';
import { type OtlpSettings, readOtlp, type Signal } from './otlp-settings';
import { readResource } from './resource';
import * as rules from './rules';
import { readSampler } from './sampler';

const LOG_LEVELS = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'] as const;

export type TraceExporter = 'otlp' | 'console';
type MetricExporter = 'otlp' | 'prometheus' | 'console';

/** What `register()` was told by options and environment, defaults filled in. */
export interface Settings {
  readonly disabled: boolean;
  /** Of the console logger, for applications that set no logger. */
  readonly logLevel: DiagLogLevel;
  readonly resource: Resource;
  readonly sampler: Sampler;
  readonly traceExporters: ReadonlySet<TraceExporter>;
  readonly metricExporters: ReadonlySet<MetricExporter>;
  readonly otlp: Readonly<Record<Signal, OtlpSettings>>;
  readonly prometheus: Readonly<Required<{ [Key in keyof PrometheusOptions]: NonNullable<PrometheusOptions[Key]> }>>;
  readonly metricIntervalMillis: number;
  readonly metricTimeoutMillis: number;
  /** One sentence per environment variable whose value is not used. */
  readonly problems: ReadonlySet<string>;
}

/** Option, then `OTEL_*` variable, then default. Checked options only. */
export function readSettings(options: RegisterOptions): Settings {
  const environment = new Environment();
  const otlp = readOtlp(options, environment);
  return {
    disabled: environment.word('OTEL_SDK_DISABLED', ['true', 'false']) === 'true',
    logLevel: diagLogLevelFromString(environment.word('OTEL_LOG_LEVEL', LOG_LEVELS)) ?? DiagLogLevel.WARN,
    resource: readResource(options, environment),
    sampler: options.sampler ?? readSampler(environment),
    traceExporters: traceExporters(options, environment, otlp.TRACES.told),
    metricExporters: metricExporters(options, environment, otlp.METRICS.told),
    otlp,
    prometheus: prometheus(options, environment),
    ...intervals(options, environment),
    problems: environment.problems,
  };
}

function traceExporters(options: RegisterOptions, environment: Environment, told: boolean): Set<TraceExporter> {
  const listed = listedExporters('OTEL_TRACES_EXPORTER', ['otlp', 'console'], environment);
  const exporters = new Set<TraceExporter>(listed ?? (told ? ['otlp'] : []));
  turn(exporters, 'otlp', options.otlp);
  return exporters;
}

function metricExporters(options: RegisterOptions, environment: Environment, told: boolean): Set<MetricExporter> {
  const listed = listedExporters('OTEL_METRICS_EXPORTER', ['otlp', 'prometheus', 'console'], environment);
  const exporters = new Set<MetricExporter>(listed ?? (told ? ['otlp', 'prometheus'] : ['prometheus']));
  turn(exporters, 'otlp', options.otlp);
  turn(exporters, 'prometheus', options.prometheus);
  return exporters;
}

function listedExporters<Word extends string>(
  variable: string,
  words: readonly Word[],
  environment: Environment,
): Word[] | undefined {
  const listed = environment.words<Word | 'none'>(variable, [...words, 'none']);
  if (!listed?.includes('none')) return listed as Word[] | undefined;
  if (listed.length > 1) environment.refuse(variable, listed.join(','), `'none' alone, or a list without it`);
  return listed.length > 1 ? undefined : [];
}

function turn<Word>(exporters: Set<Word>, exporter: Word, option: unknown): void {
  if (option === undefined) return;
  if (option === false) exporters.delete(exporter);
  else exporters.add(exporter);
}

function prometheus(options: RegisterOptions, environment: Environment): Settings['prometheus'] {
  const told = typeof options.prometheus === 'object' ? options.prometheus : {};
  return {
    host: told.host ?? environment.text('OTEL_EXPORTER_PROMETHEUS_HOST', rules.text) ?? 'localhost',
    port: told.port ?? environment.number('OTEL_EXPORTER_PROMETHEUS_PORT', rules.port) ?? 9464,
    path: told.path ?? '/metrics',
    listen: told.listen ?? true,
  };
}

function intervals(
  options: RegisterOptions,
  environment: Environment,
): Pick<Settings, 'metricIntervalMillis' | 'metricTimeoutMillis'> {
  const told = typeof options.otlp === 'object' ? options.otlp.metricIntervalMillis : undefined;
  const interval = told ?? environment.number('OTEL_METRIC_EXPORT_INTERVAL', rules.millis) ?? 60_000;
  const timeout = environment.number('OTEL_METRIC_EXPORT_TIMEOUT', rules.millis) ?? 30_000;
  return { metricIntervalMillis: interval, metricTimeoutMillis: Math.min(timeout, interval) };
}
