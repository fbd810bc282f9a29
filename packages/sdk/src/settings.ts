import type { DiagLogLevel } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { LogRecordLimits } from '@opentelemetry/sdk-logs';
import type { ViewOptions } from '@opentelemetry/sdk-metrics';
import type { Sampler, SpanLimits } from '@opentelemetry/sdk-trace';
import { readConfigFile } from './config-file';
import { Environment, type Variables } from './environment';
import { type BatchSettings, readBatch, readLogLimits, readSpanLimits } from './limits';
import { readLogLevel } from './log-level';
import { type MetricSettings, readMetricSettings } from './metric-settings';
import type { RegisterOptions } from './options';
import type { Signal } from './otlp-address';
import { type OtlpSettings, readOtlp } from './otlp-settings';
import { readPropagators } from './propagation';
import { readResource } from './resource';
import { LOGGERS, type LoggerName, type PropagatorName } from './rules';
import { readSampler } from './sampler';

/** Of spans and of log records. */
export type BatchedExporter = 'otlp' | 'console';

/** What `register()` was told by options and environment, defaults filled in. */
export interface Settings extends MetricSettings {
  readonly disabled: boolean;
  /** Of the console logger, for applications that set no logger. */
  readonly logLevel: DiagLogLevel;
  readonly resource: Resource;
  readonly propagators: readonly PropagatorName[];
  readonly sampler: Sampler;
  readonly spanLimits: SpanLimits;
  readonly logLimits: LogRecordLimits;
  readonly traceExporters: ReadonlySet<BatchedExporter>;
  readonly logExporters: ReadonlySet<BatchedExporter>;
  readonly otlp: Readonly<Record<Signal, OtlpSettings>>;
  readonly batch: { readonly spans: BatchSettings; readonly logs: BatchSettings };
  /** Whose lines get the ids of the span they were written in. */
  readonly loggers: readonly LoggerName[];
  readonly views: readonly ViewOptions[];
  /** One sentence per environment variable whose value is not used. */
  readonly problems: ReadonlySet<string>;
  /** Every variable that was looked at. */
  readonly asked: ReadonlySet<string>;
}

/** Option, then `OTEL_*` variable, then default; a configuration file takes the place of the variables. */
export function readSettings(options: RegisterOptions, variables?: Variables): Settings {
  const outer = new Environment(variables);
  const file = readConfigFile(outer);
  const environment = file === undefined ? outer : new Environment(file.variables);
  const otlp = readOtlp(options, environment);
  return {
    disabled: environment.word('OTEL_SDK_DISABLED', ['true', 'false']) === 'true',
    logLevel: readLogLevel(environment),
    resource: readResource(options, environment, file?.attributes),
    propagators: readPropagators(options, environment),
    sampler: options.sampler ?? readSampler(environment),
    spanLimits: readSpanLimits(environment),
    logLimits: readLogLimits(environment),
    traceExporters: batchedExporters('OTEL_TRACES_EXPORTER', options, environment, otlp.TRACES.told),
    logExporters: batchedExporters('OTEL_LOGS_EXPORTER', options, environment, otlp.LOGS.told),
    ...readMetricSettings(options, environment, otlp.METRICS.told),
    otlp,
    batch: { spans: readBatch(environment, 'BSP', 5000), logs: readBatch(environment, 'BLRP', 1000) },
    loggers: options.loggers ?? loggersFrom(outer),
    views: [...(options.views ?? []), ...(file?.views ?? [])],
    problems: new Set([...outer.problems, ...environment.problems]),
    asked: new Set([...outer.asked, ...environment.asked]),
  };
}

function batchedExporters(
  variable: string,
  { otlp }: RegisterOptions,
  environment: Environment,
  told: boolean,
): Set<BatchedExporter> {
  const listed = environment.wordsOrNone(variable, ['otlp', 'console'] as const);
  const exporters = new Set<BatchedExporter>(listed ?? (told ? ['otlp'] : []));
  if (otlp === false) exporters.delete('otlp');
  else if (otlp !== undefined) exporters.add('otlp');
  return exporters;
}

/** The variable lists instrumentations of every kind; those of others are none of our business. */
function loggersFrom(environment: Environment): LoggerName[] {
  const listed = (environment.raw('OTEL_NODE_ENABLED_INSTRUMENTATIONS') ?? '').split(',').map((word) => word.trim());
  return LOGGERS.filter((name) => listed.includes(name));
}
