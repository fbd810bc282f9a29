import type { Environment } from './environment';
import type { OtlpOptions } from './options';
import * as rules from './rules';

/** As the names of the variables spell it. */
export type Signal = 'TRACES' | 'METRICS' | 'LOGS';

const PATHS = { TRACES: 'v1/traces', METRICS: 'v1/metrics', LOGS: 'v1/logs' } as const;
const SIGNALS: readonly Signal[] = ['TRACES', 'METRICS', 'LOGS'];
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_ENDPOINT', ...SIGNALS.map((signal) => `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)];

/** Reads the variable of one signal, then that of all. */
export type Either = <Value>(read: (variable: string) => Value | undefined, what: string) => Value | undefined;

export const eitherOf =
  (signal: Signal): Either =>
  (read, what) =>
    read(`OTEL_EXPORTER_OTLP_${signal}_${what}`) ?? read(`OTEL_EXPORTER_OTLP_${what}`);

/** What leads to one signal's endpoint, and is of all protocols. */
interface Address {
  /** `undefined` where neither an option nor a variable names an endpoint. */
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
}

/** Option, then variable, then default. */
export function readAddress(
  signal: Signal,
  protocol: rules.OtlpProtocol,
  { endpoint, headers, timeoutMillis }: Pick<OtlpOptions, 'endpoint' | 'headers' | 'timeoutMillis'>,
  environment: Environment,
): Address {
  const either = eitherOf(signal);
  const read = (variable: string) => environment.number(variable, rules.millis);
  return {
    url: endpoint === undefined ? urlFrom(environment, signal, protocol) : urlOf(endpoint, signal, protocol),
    headers: { ...either((variable) => environment.pairs(variable), 'HEADERS'), ...headers },
    timeoutMillis: timeoutMillis ?? either(read, 'TIMEOUT') ?? 10_000,
  };
}

/** Where the variables send a signal; `undefined` where none names an endpoint. */
function urlFrom(environment: Environment, signal: Signal, protocol: rules.OtlpProtocol): string | undefined {
  const own = environment.text(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, rules.url);
  if (own !== undefined) return own;
  const standard = ENDPOINTS.some((variable) => environment.raw(variable) !== undefined);
  const base = environment.text(standard ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTLP_ENDPOINT', rules.baseUrl);
  return base === undefined ? undefined : urlOf(base, signal, protocol);
}

/** gRPC knows no paths: its endpoint is used as it is. */
export function urlOf(base: string, signal: Signal, protocol: rules.OtlpProtocol): string {
  if (protocol === 'grpc') return base;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${PATHS[signal]}`;
  return url.href;
}
