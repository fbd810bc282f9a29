import { check, type Rules, wrong } from './check';
import type { OtlpOptions, PrometheusOptions, RegisterOptions } from './options';
import { GRPC_PACKAGES } from './otlp-settings';
import { findPeer } from './peers';
import { checkQuota } from './quota/options';
import * as rules from './rules';
import { checkTailSampler } from './sampling/options';

export const OPTIONS: Rules<RegisterOptions> = {
  serviceName: rules.text,
  resourceAttributes: rules.object,
  resourceDetectors: rules.listOf(rules.DETECTORS),
  propagators: rules.listOf(rules.PROPAGATORS),
  otlp: rules.settings,
  prometheus: rules.settings,
  spanProcessors: rules.list,
  logRecordProcessors: rules.list,
  metricReaders: rules.list,
  views: rules.list,
  sampler: rules.sampler,
  traces: rules.boolean,
  metrics: rules.boolean,
  logs: rules.boolean,
  loggers: rules.listOf(rules.LOGGERS),
  flushAtExit: rules.boolean,
  exitTimeoutMillis: rules.millis,
  warnAfterMinutes: rules.minutes,
  autoWrap: rules.settings,
  tailSampler: rules.object,
  quota: rules.object,
  gpu: rules.settings,
};

export const OTLP: Rules<OtlpOptions> = {
  endpoint: rules.baseUrl,
  protocol: rules.oneOf(rules.OTLP_PROTOCOLS),
  headers: rules.object,
  compression: rules.oneOf(rules.COMPRESSIONS),
  metricIntervalMillis: rules.millis,
  timeoutMillis: rules.millis,
};

export const PROMETHEUS: Rules<PrometheusOptions> = {
  host: rules.text,
  port: rules.port,
  path: rules.path,
  healthPath: rules.path,
  listen: rules.boolean,
};

/** Throws a `TypeError` of one sentence at the first option that is unknown or has a wrong value. */
export function checkOptions(options: RegisterOptions): void {
  check('', options, OPTIONS);
  if (typeof options.otlp === 'object') {
    check('otlp.', options.otlp, OTLP);
    if (options.otlp.protocol === 'grpc') checkGrpc();
  }
  if (typeof options.prometheus === 'object') check('prometheus.', options.prometheus, PROMETHEUS);
  if (options.tailSampler !== undefined) checkTailSampler(options.tailSampler);
  if (options.quota !== undefined) checkQuota(options.quota);
}

function checkGrpc(): void {
  const missing = Object.values(GRPC_PACKAGES).filter((name) => findPeer(name) === undefined);
  if (missing.length > 0) {
    throw wrong(
      `got otlp.protocol 'grpc'`,
      `http/protobuf, http/json, or grpc once ${missing.join(', ')} are installed`,
    );
  }
}
