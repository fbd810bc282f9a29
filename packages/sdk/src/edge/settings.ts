import type { DiagLogLevel } from '@opentelemetry/api';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { Sampler, SpanLimits } from '@opentelemetry/sdk-trace';
import { Environment, type Variables } from '../environment';
import { readBatch, readSpanLimits } from '../limits';
import { readLogLevel } from '../log-level';
import { eitherOf, readAddress, type Signal } from '../otlp-address';
import { readSampler } from '../sampler';
import { toldAttributes } from '../told-attributes';
import { EDGE_PROTOCOLS, type EdgeOptions, TEMPORALITIES } from './options';

/** Where one signal goes. */
export interface EdgeOtlp {
  readonly url: string;
  readonly protocol: (typeof EDGE_PROTOCOLS)[number];
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
}

/** What `register()` was told by options and variables, defaults filled in. */
export interface EdgeSettings {
  readonly disabled: boolean;
  readonly logLevel: DiagLogLevel;
  readonly resource: Resource;
  readonly sampler: Sampler;
  readonly spanLimits: SpanLimits;
  /** `undefined` where the signal is not sent. */
  readonly traces: EdgeOtlp | undefined;
  readonly metrics: EdgeOtlp | undefined;
  readonly batch: { readonly maxQueueSize: number; readonly maxExportBatchSize: number };
  readonly temporality: (typeof TEMPORALITIES)[number];
  readonly problems: Set<string>;
}

/** Option, then variable, then default. */
export function readEdgeSettings(options: EdgeOptions): EdgeSettings {
  const environment = new Environment(variablesOf(options.environment));
  const settings = {
    disabled: environment.word('OTEL_SDK_DISABLED', ['true', 'false']) === 'true',
    logLevel: readLogLevel(environment),
    resource: defaultResource().merge(resourceFromAttributes(toldAttributes(options, environment))),
    sampler: options.sampler ?? readSampler(environment),
    spanLimits: readSpanLimits(environment),
    traces: options.traces === false ? undefined : readOtlp('TRACES', options, environment),
    metrics: options.metrics === false ? undefined : readOtlp('METRICS', options, environment),
    batch: readBatch(environment, 'BSP', 5000),
    temporality: options.temporality ?? readTemporality(environment),
    problems: environment.problems,
  };
  if (!settings.disabled && (settings.traces ?? settings.metrics) === undefined) {
    environment.problems.add('register() has nowhere to send to: name an endpoint in OTEL_EXPORTER_OTLP_ENDPOINT.');
  }
  return settings;
}

/** A Worker's `env` holds more than variables. */
function variablesOf(environment: object = globalThis.process?.env ?? {}): Variables {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => typeof value === 'string'));
}

function readOtlp(signal: Signal, { otlp = {} }: EdgeOptions, environment: Environment): EdgeOtlp | undefined {
  if (environment.wordsOrNone(`OTEL_${signal}_EXPORTER`, ['otlp'] as const)?.length === 0) return undefined;
  const read = (variable: string) => environment.word(variable, EDGE_PROTOCOLS);
  const protocol = otlp.protocol ?? eitherOf(signal)(read, 'PROTOCOL') ?? 'http/protobuf';
  const { url, ...address } = readAddress(signal, protocol, otlp, environment);
  return url === undefined ? undefined : { ...address, url, protocol };
}

function readTemporality(environment: Environment): EdgeSettings['temporality'] {
  const words = [...TEMPORALITIES, 'lowmemory'] as const;
  const told = environment.word('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', words);
  return told === 'delta' || told === 'lowmemory' ? 'delta' : 'cumulative';
}
