import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { countPoints } from './count-points';
import { DeliveryLog } from './deliveries';
import { grpcConfig } from './grpc';
import { HoldingExporter } from './holding-exporter';
import { createIdleAgent, idleBetweenAttempts } from './idle-http';
import { type Exporter, LazyExporter } from './lazy-exporter';
import type { Signal } from './otlp-address';
import { GRPC_PACKAGES, type OtlpSettings } from './otlp-settings';
import { loadPeer } from './peers';
import type { OtlpProtocol } from './rules';
import type { Watched } from './watched';

/** What each signal hands to its exporter. */
export interface Items {
  TRACES: ReadableSpan[];
  METRICS: ResourceMetrics;
  LOGS: ReadableLogRecord[];
}

// biome-ignore lint/suspicious/noExplicitAny: nine classes with three kinds of configuration.
type ExporterClass<Name extends Signal> = new (config: any) => Exporter<Items[Name]>;
type Classes = { readonly [Name in Signal]: Readonly<Record<OtlpProtocol, () => Promise<ExporterClass<Name>>>> };

type GrpcModule<Name extends string, Class> = { readonly [Key in Name]: Class };

const CLASSES: Classes = {
  TRACES: {
    'http/protobuf': async () => (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter,
    'http/json': async () => (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter,
    grpc: async () => grpcClass<'TRACES'>('TRACES', 'OTLPTraceExporter'),
  },
  METRICS: {
    'http/protobuf': async () => (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter,
    'http/json': async () => (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter,
    grpc: async () => grpcClass<'METRICS'>('METRICS', 'OTLPMetricExporter'),
  },
  LOGS: {
    'http/protobuf': async () => (await import('@opentelemetry/exporter-logs-otlp-proto')).OTLPLogExporter,
    'http/json': async () => (await import('@opentelemetry/exporter-logs-otlp-http')).OTLPLogExporter,
    grpc: async () => grpcClass<'LOGS'>('LOGS', 'OTLPLogExporter'),
  },
};

function grpcClass<Name extends Signal>(signal: Signal, name: string): ExporterClass<Name> {
  const loaded = loadPeer<GrpcModule<string, ExporterClass<Name>>>(GRPC_PACKAGES[signal]);
  const exporter = loaded?.[name];
  if (exporter === undefined) throw new Error(`${GRPC_PACKAGES[signal]} is not installed`);
  return exporter;
}

const COUNT: { readonly [Name in Signal]: (items: Items[Name]) => number } = {
  TRACES: ({ length }) => length,
  METRICS: countPoints,
  LOGS: ({ length }) => length,
};

/** Sends a signal over OTLP, and notes how that goes. `hold` keeps what a Collector that is down did not take. */
export function createOtlpExporter<Name extends Signal>(
  signal: Name,
  settings: OtlpSettings,
  watched: Watched,
  hold = true,
): LazyExporter<Items[Name]> {
  const log = new DeliveryLog(signal, 'otlp', settings.url, settings.protocol);
  const load = async () => {
    const Exporter = await CLASSES[signal][settings.protocol]();
    const exporter = new Exporter({ ...configOf(signal, settings), selfObsMeterProvider: watched.meters });
    idleBetweenAttempts(exporter);
    return hold ? new HoldingExporter(exporter, log) : exporter;
  };
  return watch(signal, load, log, watched);
}

/** Watches an exporter that is there already. */
export function watchExporter<Name extends Signal>(
  signal: Name,
  exporter: Exporter<Items[Name]>,
  watched: Watched,
): LazyExporter<Items[Name]> {
  return watch(signal, async () => exporter, new DeliveryLog(signal, 'console'), watched);
}

function watch<Name extends Signal>(
  signal: Name,
  load: () => Promise<Exporter<Items[Name]>>,
  log: DeliveryLog,
  watched: Watched,
): LazyExporter<Items[Name]> {
  const exporter = new LazyExporter(load, log, COUNT[signal]);
  watched.deliveries.push(log);
  watched.exporters.push({
    signal: signal.toLowerCase(),
    forceFlush: () => exporter.forceFlush(),
    abandon: () => exporter.abandon(),
  });
  return exporter;
}

function configOf(signal: Signal, settings: OtlpSettings) {
  const { url, protocol, headers, timeoutMillis, compression, tls } = settings;
  const common = { url, timeoutMillis, compression };
  if (protocol === 'grpc') return { ...common, ...grpcConfig(signal, headers) };
  return { ...common, headers: { ...headers }, httpAgentOptions: createIdleAgent(tls) };
}
