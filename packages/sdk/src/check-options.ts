import type { OtlpOptions, PrometheusOptions, RegisterOptions } from './options';
import { checkQuota } from './quota/options';
import * as rules from './rules';
import { checkTailSampler } from './sampling/options';

type Rules<Options> = Readonly<Record<keyof Options, rules.Rule>>;

const OPTIONS: Rules<RegisterOptions> = {
  serviceName: rules.text,
  resourceAttributes: rules.object,
  otlp: rules.settings,
  prometheus: rules.settings,
  spanProcessors: rules.list,
  metricReaders: rules.list,
  views: rules.list,
  sampler: rules.sampler,
  traces: rules.boolean,
  metrics: rules.boolean,
  autoWrap: rules.settings,
  tailSampler: rules.object,
  quota: rules.object,
  gpu: rules.settings,
};

const OTLP: Rules<OtlpOptions> = {
  endpoint: rules.baseUrl,
  protocol: rules.oneOf(rules.OTLP_PROTOCOLS),
  headers: rules.object,
  metricIntervalMillis: rules.millis,
  timeoutMillis: rules.millis,
};

const PROMETHEUS: Rules<PrometheusOptions> = {
  host: rules.text,
  port: rules.port,
  path: rules.path,
  listen: rules.boolean,
};

/** Throws a `TypeError` of one sentence at the first option that is unknown or has a wrong value. */
export function checkOptions(options: RegisterOptions): void {
  check('', options, OPTIONS);
  if (typeof options.otlp === 'object') check('otlp.', options.otlp, OTLP);
  if (typeof options.prometheus === 'object') check('prometheus.', options.prometheus, PROMETHEUS);
  if (options.tailSampler !== undefined) checkTailSampler(options.tailSampler);
  if (options.quota !== undefined) checkQuota(options.quota);
}

function check<Options extends object>(prefix: string, options: Options, allowed: Rules<Options>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(allowed, name)) throw wrong(`has no option ${prefix}${name}`, Object.keys(allowed).join(', '));
    const rule = allowed[name as keyof Options];
    if (value !== undefined && !rule.accepts(value)) throw wrong(`got ${prefix}${name} ${show(value)}`, rule.allowed);
  }
}

const wrong = (what: string, allowed: string): TypeError => new TypeError(`register() ${what}; allowed is ${allowed}.`);

const show = (value: unknown): string =>
  typeof value === 'string'
    ? `'${value}'`
    : Array.isArray(value)
      ? 'an array'
      : typeof value === 'object'
        ? 'an object'
        : String(value);
