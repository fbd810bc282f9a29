import { getStringFromEnv } from '@opentelemetry/core';
import type { Environment } from './environment';
import type { OtlpOptions, RegisterOptions } from './options';
import * as rules from './rules';

/** As the names of the variables spell it. */
export type Signal = 'TRACES' | 'METRICS';

/** Where one signal goes. What is not here (certificates, compression), the exporters read from the environment. */
export interface OtlpSettings {
  /** Whether an option or a variable named the endpoint. */
  readonly told: boolean;
  readonly url: string;
  readonly protocol: rules.OtlpProtocol;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly timeoutMillis: number | undefined;
}

const PATHS = { TRACES: 'v1/traces', METRICS: 'v1/metrics' } as const;
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_ENDPOINT', ...Object.keys(PATHS).map(endpointOf)];

/** The settings of both signals. */
export function readOtlp(options: RegisterOptions, environment: Environment): Record<Signal, OtlpSettings> {
  const told = typeof options.otlp === 'object' ? options.otlp : {};
  return { TRACES: readSignal('TRACES', told, environment), METRICS: readSignal('METRICS', told, environment) };
}

function readSignal(signal: Signal, options: OtlpOptions, environment: Environment): OtlpSettings {
  const url = options.endpoint === undefined ? urlFrom(environment, signal) : join(options.endpoint, signal);
  const word = (variable: string) => environment.word(variable, rules.OTLP_PROTOCOLS);
  return {
    told: url !== undefined,
    url: url ?? join('http://localhost:4318', signal),
    protocol:
      options.protocol ??
      word(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`) ??
      word('OTEL_EXPORTER_OTLP_PROTOCOL') ??
      'http/protobuf',
    headers: options.headers,
    timeoutMillis: options.timeoutMillis,
  };
}

function urlFrom(environment: Environment, signal: Signal): string | undefined {
  const own = environment.text(endpointOf(signal), rules.url);
  if (own !== undefined) return own;
  const standard = ENDPOINTS.some((variable) => getStringFromEnv(variable) !== undefined);
  const base = environment.text(standard ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTLP_ENDPOINT', rules.baseUrl);
  return base === undefined ? undefined : join(base, signal);
}

function endpointOf(signal: string): string {
  return `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`;
}

function join(base: string, signal: Signal): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${PATHS[signal]}`;
  return url.href;
}
