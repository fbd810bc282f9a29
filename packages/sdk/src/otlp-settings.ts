import { readFileSync } from 'node:fs';
import type { Environment } from './environment';
import type { TlsSettings } from './idle-http';
import type { OtlpOptions, RegisterOptions } from './options';
import { type Either, eitherOf, readAddress, type Signal, urlOf } from './otlp-address';
import { findPeer } from './peers';
import * as rules from './rules';

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
  const either = eitherOf(signal);
  const protocol = protocolOf(signal, options, environment, either);
  const { url, ...address } = readAddress(signal, protocol, options, environment);
  return {
    ...address,
    told: url !== undefined,
    url: url ?? urlOf(protocol === 'grpc' ? 'http://localhost:4317' : 'http://localhost:4318', signal, protocol),
    protocol,
    compression:
      options.compression ??
      either((variable) => environment.word(variable, rules.COMPRESSIONS), 'COMPRESSION') ??
      'none',
    tls: {
      ca: either((variable) => readFile(environment, variable), 'CERTIFICATE'),
      cert: either((variable) => readFile(environment, variable), 'CLIENT_CERTIFICATE'),
      key: either((variable) => readFile(environment, variable), 'CLIENT_KEY'),
    },
  };
}

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

/** What is in the file that the variable names. */
function readFile(environment: Environment, variable: string): Buffer | undefined {
  const path = environment.raw(variable);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch {
    environment.refuse(variable, path, 'the path of a file that can be read');
    return undefined;
  }
}
