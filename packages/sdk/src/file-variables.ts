import type { ConfigurationModel } from '@opentelemetry/configuration';
import type { Signal } from './otlp-address';

type Parser = typeof import('@opentelemetry/configuration');
type Section = Readonly<Record<string, unknown>>;
type Row = readonly [key: string, variable: string, convert?: (value: string) => string];

const TOP: readonly Row[] = [
  ['disabled', 'OTEL_SDK_DISABLED'],
  ['log_level', 'OTEL_LOG_LEVEL', logLevel],
];
const ATTRIBUTE_LIMITS: readonly Row[] = [
  ['attribute_value_length_limit', 'ATTRIBUTE_VALUE_LENGTH_LIMIT'],
  ['attribute_count_limit', 'ATTRIBUTE_COUNT_LIMIT'],
];
const prefixed = (prefix: string, rows: readonly Row[]): Row[] =>
  rows.map(([key, variable, convert]) => [key, prefix + variable, convert]);

const SPAN_LIMITS: readonly Row[] = [
  ...prefixed('OTEL_SPAN_', ATTRIBUTE_LIMITS),
  ['event_count_limit', 'OTEL_SPAN_EVENT_COUNT_LIMIT'],
  ['link_count_limit', 'OTEL_SPAN_LINK_COUNT_LIMIT'],
  ['event_attribute_count_limit', 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'],
  ['link_attribute_count_limit', 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'],
];
const BATCH: readonly Row[] = [
  ['schedule_delay', 'SCHEDULE_DELAY'],
  ['export_timeout', 'EXPORT_TIMEOUT'],
  ['max_queue_size', 'MAX_QUEUE_SIZE'],
  ['max_export_batch_size', 'MAX_EXPORT_BATCH_SIZE'],
];
const PERIODIC: readonly Row[] = [
  ['interval', 'OTEL_METRIC_EXPORT_INTERVAL'],
  ['timeout', 'OTEL_METRIC_EXPORT_TIMEOUT'],
];
const OTLP: readonly Row[] = [
  ['endpoint', 'ENDPOINT'],
  ['compression', 'COMPRESSION'],
  ['timeout', 'TIMEOUT'],
  ['encoding', 'PROTOCOL', (value) => `http/${value}`],
  ['temporality_preference', 'TEMPORALITY_PREFERENCE', (value) => value.replace('_', '')],
  ['default_histogram_aggregation', 'DEFAULT_HISTOGRAM_AGGREGATION'],
];
const TLS: readonly Row[] = [
  ['ca_file', 'CERTIFICATE'],
  ['cert_file', 'CLIENT_CERTIFICATE'],
  ['key_file', 'CLIENT_KEY'],
];
const PROMETHEUS: readonly Row[] = [
  ['host', 'OTEL_EXPORTER_PROMETHEUS_HOST'],
  ['port', 'OTEL_EXPORTER_PROMETHEUS_PORT'],
];

/** Puts a configuration model into variables, and notes the places that no variable stands for. */
export class FileVariables {
  readonly variables: Record<string, string> = {};
  readonly unused: string[] = [];
  readonly #parser: Parser;

  constructor(parser: Parser, model: ConfigurationModel) {
    this.#parser = parser;
    const { attribute_limits, tracer_provider, meter_provider, logger_provider, propagator, resource, ...rest } = model;
    this.#rows('', rest, TOP);
    this.#rows('attribute_limits', attribute_limits, prefixed('OTEL_', ATTRIBUTE_LIMITS));
    this.#batched('TRACES', 'tracer_provider', tracer_provider as Section | undefined);
    this.#batched('LOGS', 'logger_provider', logger_provider as Section | undefined);
    this.#metrics(meter_provider as Section | undefined);
    const names = parser.mergePropagatorCompositeConfig(propagator?.composite, propagator?.composite_list) ?? [];
    this.#list('OTEL_PROPAGATORS', names.flatMap(Object.keys));
    const detection = section(section(resource)['detection/development']).detectors;
    this.#list('OTEL_NODE_RESOURCE_DETECTORS', sections(detection).flatMap(Object.keys));
  }

  #batched(signal: 'TRACES' | 'LOGS', path: string, provider: Section | undefined): void {
    const { processors, limits, sampler, ...rest } = provider ?? {};
    this.#rows(path, rest, []);
    this.#rows(
      `${path}.limits`,
      limits,
      signal === 'TRACES' ? SPAN_LIMITS : prefixed('OTEL_LOGRECORD_', ATTRIBUTE_LIMITS),
    );
    if (sampler !== undefined) this.#sampler(`${path}.sampler`, section(sampler), '');
    const rows = prefixed(signal === 'TRACES' ? 'OTEL_BSP_' : 'OTEL_BLRP_', BATCH);
    const exporters = sections(processors).flatMap((processor, index) => {
      const [kind = '', settings] = entryOf(processor);
      const { exporter, ...batch } = section(settings);
      this.#rows(`${path}.processors[${index}].${kind}`, batch, rows);
      return [section(exporter)];
    });
    this.#exporters(signal, path, exporters);
  }

  #metrics(provider: Section | undefined): void {
    const { readers, views: _, ...rest } = provider ?? {};
    this.#rows('meter_provider', rest, []);
    const exporters = sections(readers).map((reader, index) => {
      const [kind = '', settings] = entryOf(reader);
      const { exporter, ...periodic } = section(settings);
      this.#rows(`meter_provider.readers[${index}].${kind}`, periodic, PERIODIC);
      return section(exporter);
    });
    this.#exporters('METRICS', 'meter_provider', exporters);
  }

  /** One exporter of a kind per signal: the second one no variable can name. */
  #exporters(signal: Signal, path: string, exporters: readonly Section[]): void {
    const listed: string[] = [];
    for (const exporter of exporters) {
      const [kind = '', settings] = entryOf(exporter);
      const word = kind.replace(/^otlp_(http|grpc)$/, 'otlp').replace(/\/development$/, '');
      if (listed.includes(word) || !['otlp', 'console', 'prometheus'].includes(word)) {
        this.unused.push(`${listed.includes(word) ? 'a second' : 'an'} exporter ${kind} in ${path}`);
        continue;
      }
      listed.push(word);
      if (word === 'otlp') this.#otlp(signal, kind, section(settings), path);
      else this.#rows(`${path}.${kind}`, settings, word === 'prometheus' ? PROMETHEUS : []);
    }
    this.#list(`OTEL_${signal}_EXPORTER`, listed);
  }

  #otlp(signal: Signal, kind: string, { headers, headers_list, tls, ...settings }: Section, path: string): void {
    const prefix = `OTEL_EXPORTER_OTLP_${signal}_`;
    this.variables[`${prefix}PROTOCOL`] = kind === 'otlp_grpc' ? 'grpc' : 'http/protobuf';
    this.#rows(`${path}.${kind}`, settings, prefixed(prefix, OTLP));
    this.#rows(`${path}.${kind}.tls`, tls, prefixed(prefix, TLS));
    const given = this.#parser.mergeHeadersConfig(headers as never, headers_list as never) ?? {};
    const pairs = Object.entries(given).map((pair) => pair.map(encodeURIComponent).join('='));
    if (pairs.length > 0) this.variables[`${prefix}HEADERS`] = pairs.join(',');
  }

  #sampler(path: string, sampler: Section, prefix: string): void {
    const [kind = '', settings] = entryOf(sampler);
    if (kind === 'parent_based' && prefix === '') {
      const { root, ...rest } = section(settings);
      this.#rows(`${path}.parent_based`, rest, []);
      this.#sampler(
        `${path}.parent_based.root`,
        root === undefined ? { always_on: {} } : section(root),
        'parentbased_',
      );
    } else if (['always_on', 'always_off', 'trace_id_ratio_based'].includes(kind)) {
      this.variables.OTEL_TRACES_SAMPLER = prefix + kind.replace('trace_id_ratio_based', 'traceidratio');
      this.#rows(`${path}.${kind}`, settings, [['ratio', 'OTEL_TRACES_SAMPLER_ARG']]);
    } else this.unused.push(`${path}.${kind}`);
  }

  #rows(path: string, values: unknown, rows: readonly Row[]): void {
    for (const [key, value] of Object.entries(section(values))) {
      const row = rows.find(([known]) => known === key);
      if (value === null || value === undefined || key === 'file_format') continue;
      if (row === undefined) this.unused.push(path === '' ? key : `${path}.${key}`);
      else this.variables[row[1]] = (row[2] ?? String)(String(value));
    }
  }

  #list(variable: string, words: readonly string[]): void {
    this.variables[variable] = words.length === 0 ? 'none' : words.join(',');
  }
}

const section = (value: unknown): Section => (typeof value === 'object' && value !== null ? (value as Section) : {});
const sections = (value: unknown): Section[] => (Array.isArray(value) ? value.map(section) : []);
const entryOf = (value: Section): [string?, unknown?] =>
  Object.entries(value).find(([, settings]) => settings !== undefined) ?? [];

/** `debug3` and `fatal` are levels of records; the diagnostics know fewer. */
function logLevel(value: string): string {
  const word = value.replace(/\d$/, '');
  return { trace: 'verbose', fatal: 'error' }[word] ?? word;
}
