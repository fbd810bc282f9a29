import type { Environment } from './environment';
import type { TlsSettings } from './idle-http';
import type { OtlpOptions, RegisterOptions } from './options';
import { findPeer } from './peers';
import * as rules from './rules';

/** As the names of the variables spell it. */
export type Signal = 'TRACES' | 'METRICS' | 'LOGS';

/** Where one signal goes. */
export interface OtlpSettings {
  /** Whether an option or a variable named the endpoint. */
  readonly told: boolean;
  readonly url: string;
  readonly protocol: rules.OtlpProtocol;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
  readonly compression: 'gzip' | 'none';
  /** For HTTP; the gRPC exporters read the same variables themselves. */
  readonly tls: TlsSettings;
}

const PATHS = { TRACES: 'v1/traces', METRICS: 'v1/metrics', LOGS: 'v1/logs' } as const;
const SIGNALS: readonly Signal[] = ['TRACES', 'METRICS', 'LOGS'];
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_ENDPOINT', ...SIGNALS.map((signal) => `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)];

/** The packages of the gRPC exporters, which an application installs itself. */
export const GRPC_PACKAGES = {
  TRACES: '@opentelemetry/exporter-trace-otlp-grpc',
  METRICS: '@opentelemetry/exporter-metrics-otlp-grpc',
  LOGS: '@opentelemetry/exporter-logs-otlp-grpc',
} as const;

/** The settings of each signal. */
export function readOtlp(options: RegisterOptions, environment: Environment): Record<Signal, OtlpSettings> {
  const told = typeof options.otlp === 'object' ? options.otlp : {};
  const read = (signal: Signal) => readSignal(signal, told, environment);
  return { TRACES: read('TRACES'), METRICS: read('METRICS'), LOGS: read('LOGS') };
}

function readSignal(signal: Signal, options: OtlpOptions, environment: Environment): OtlpSettings {
  // The variable of the one signal, then that of all.
  const either = <Value>(read: (variable: string) => Value | undefined, what: string): Value | undefined =>
    read(`OTEL_EXPORTER_OTLP_${signal}_${what}`) ?? read(`OTEL_EXPORTER_OTLP_${what}`);
  const protocol = protocolOf(signal, options, environment, either);
  const url =
    options.endpoint === undefined ? urlFrom(environment, signal, protocol) : urlOf(options.endpoint, signal, protocol);
  return {
    told: url !== undefined,
    url: url ?? urlOf(protocol === 'grpc' ? 'http://localhost:4317' : 'http://localhost:4318', signal, protocol),
    protocol,
    headers: { ...either((variable) => environment.pairs(variable), 'HEADERS'), ...options.headers },
    timeoutMillis:
      options.timeoutMillis ?? either((variable) => environment.number(variable, rules.millis), 'TIMEOUT') ?? 10_000,
    compression:
      options.compression ??
      either((variable) => environment.word(variable, rules.COMPRESSIONS), 'COMPRESSION') ??
      'none',
    tls: {
      ca: either((variable) => environment.file(variable), 'CERTIFICATE'),
      cert: either((variable) => environment.file(variable), 'CLIENT_CERTIFICATE'),
      key: either((variable) => environment.file(variable), 'CLIENT_KEY'),
    },
  };
}

type Either = <Value>(read: (variable: string) => Value | undefined, what: string) => Value | undefined;

function protocolOf(
  signal: Signal,
  options: OtlpOptions,
  environment: Environment,
  either: Either,
): rules.OtlpProtocol {
  const read = (variable: string) => {
    const word = environment.word(variable, rules.OTLP_PROTOCOLS);
    if (word !== 'grpc' || options.protocol !== undefined || findPeer(GRPC_PACKAGES[signal]) !== undefined) return word;
    environment.refuse(variable, word, `http/protobuf, http/json, or grpc once ${GRPC_PACKAGES[signal]} is installed`);
    return undefined;
  };
  return options.protocol ?? either(read, 'PROTOCOL') ?? 'http/protobuf';
}

function urlFrom(environment: Environment, signal: Signal, protocol: rules.OtlpProtocol): string | undefined {
  const own = environment.text(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, rules.url);
  if (own !== undefined) return own;
  const standard = ENDPOINTS.some((variable) => environment.raw(variable) !== undefined);
  const base = environment.text(standard ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTLP_ENDPOINT', rules.baseUrl);
  return base === undefined ? undefined : urlOf(base, signal, protocol);
}

/** gRPC knows no paths: its endpoint is used as it is. */
function urlOf(base: string, signal: Signal, protocol: rules.OtlpProtocol): string {
  if (protocol === 'grpc') return base;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${PATHS[signal]}`;
  return url.href;
}
