import { check, type Rules } from '../check';
import type { OtlpOptions, RegisterOptions } from '../options';
import * as rules from '../rules';

/** Options of `register()` on an edge runtime. Whatever an option leaves open, `OTEL_*` variables may tell. */
export interface EdgeOptions
  extends Pick<
    RegisterOptions,
    'serviceName' | 'resourceAttributes' | 'sampler' | 'spanProcessors' | 'views' | 'traces' | 'metrics'
  > {
  /** The variables, such as the `env` of a Worker. Default: `process.env`, where there is one. */
  readonly environment?: object | undefined;
  /** Where to send to. Default: `OTEL_EXPORTER_OTLP_*`. */
  readonly otlp?: EdgeOtlpOptions | undefined;
  /**
   * `delta` tells what was new since the flush before, for many short-lived isolates. Default:
   * `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`, else `cumulative`.
   */
  readonly temporality?: 'cumulative' | 'delta' | undefined;
}

export interface EdgeOtlpOptions extends Pick<OtlpOptions, 'endpoint' | 'headers' | 'timeoutMillis'> {
  /** Default `http/protobuf`. */
  readonly protocol?: 'http/protobuf' | 'http/json' | undefined;
}

export const EDGE_PROTOCOLS = ['http/protobuf', 'http/json'] as const;
export const TEMPORALITIES = ['cumulative', 'delta'] as const;

const OPTIONS: Rules<EdgeOptions> = {
  serviceName: rules.text,
  resourceAttributes: rules.object,
  sampler: rules.sampler,
  spanProcessors: rules.list,
  views: rules.list,
  traces: rules.boolean,
  metrics: rules.boolean,
  environment: rules.object,
  otlp: rules.object,
  temporality: rules.oneOf(TEMPORALITIES),
};

const OTLP: Rules<EdgeOtlpOptions> = {
  endpoint: rules.baseUrl,
  protocol: rules.oneOf(EDGE_PROTOCOLS),
  headers: rules.object,
  timeoutMillis: rules.millis,
};

/** Throws a `TypeError` of one sentence at the first option that is unknown or has a wrong value. */
export function checkEdgeOptions(options: EdgeOptions): void {
  check('', options, OPTIONS);
  if (options.otlp !== undefined) check('otlp.', options.otlp, OTLP);
}
