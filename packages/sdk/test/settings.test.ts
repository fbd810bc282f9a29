import { DiagLogLevel } from '@opentelemetry/api';
import { describe, expect, test, vi } from 'vitest';
import type { RegisterOptions } from '../src/index';
import { readSettings, type Settings } from '../src/settings';
import { isolate } from './support/clean';
import { recordDiagnostics } from './support/diagnostics';

isolate();

type Environment = Readonly<Record<string, string>>;
type Row = readonly [what: string, options: RegisterOptions, environment: Environment, expected: unknown];

function settingsOf(options: RegisterOptions, environment: Environment): Settings {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return readSettings(options);
}

function table(name: string, pick: (settings: Settings) => unknown, rows: readonly Row[]): void {
  describe(name, () => {
    test.each(rows)('%s', (_what, options, environment, expected) => {
      const settings = settingsOf(options, environment);
      expect(pick(settings)).toEqual(expected);
      expect([...settings.problems]).toEqual([]);
    });
  });
}

const BASE = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://base:4318' };

table('exporters', ({ traceExporters, metricExporters }) => [[...traceExporters], [...metricExporters].sort()], [
  ['default', {}, {}, [[], ['prometheus']]],
  ['an endpoint turns OTLP on', {}, BASE, [['otlp'], ['otlp', 'prometheus']]],
  ['the endpoint of one signal', {}, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/' }, [['otlp'], ['prometheus']]],
  ['the legacy endpoint', {}, { OTLP_ENDPOINT: 'http://old:4318' }, [['otlp'], ['otlp', 'prometheus']]],
  ['otlp: true', { otlp: true }, {}, [['otlp'], ['otlp', 'prometheus']]],
  ['otlp settings', { otlp: { endpoint: 'http://o' } }, {}, [['otlp'], ['otlp', 'prometheus']]],
  ['otlp: false over an endpoint', { otlp: false }, BASE, [[], ['prometheus']]],
  [
    'lists',
    {},
    { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'OTLP, console' },
    [['console'], ['console', 'otlp']],
  ],
  ['none over an endpoint', {}, { ...BASE, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }, [[], []]],
  [
    'options over none',
    { otlp: true, prometheus: true },
    { OTEL_METRICS_EXPORTER: 'none' },
    [['otlp'], ['otlp', 'prometheus']],
  ],
  [
    'prometheus: false over a list',
    { prometheus: false },
    { OTEL_METRICS_EXPORTER: 'prometheus,otlp' },
    [[], ['otlp']],
  ],
  ['an empty list is unset', {}, { OTEL_METRICS_EXPORTER: ' ' }, [[], ['prometheus']]],
]);

table('endpoints', ({ otlp }) => [otlp.TRACES.url, otlp.METRICS.url], [
  ['default', {}, {}, ['http://localhost:4318/v1/traces', 'http://localhost:4318/v1/metrics']],
  ['base', {}, BASE, ['http://base:4318/v1/traces', 'http://base:4318/v1/metrics']],
  [
    'a base with a path',
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://b/otlp/' },
    ['https://b/otlp/v1/traces', 'https://b/otlp/v1/metrics'],
  ],
  [
    'one signal, as it is',
    {},
    { ...BASE, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://m/x' },
    ['http://base:4318/v1/traces', 'http://m/x'],
  ],
  [
    'the option over all',
    { otlp: { endpoint: 'http://o/' } },
    { ...BASE, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://m/x' },
    ['http://o/v1/traces', 'http://o/v1/metrics'],
  ],
  ['legacy', {}, { OTLP_ENDPOINT: 'http://old:4318' }, ['http://old:4318/v1/traces', 'http://old:4318/v1/metrics']],
  [
    'standard over legacy',
    {},
    { ...BASE, OTLP_ENDPOINT: 'http://old:4318' },
    ['http://base:4318/v1/traces', 'http://base:4318/v1/metrics'],
  ],
  [
    'one standard variable sets the legacy one aside',
    {},
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/x', OTLP_ENDPOINT: 'http://old:4318' },
    ['http://t/x', 'http://localhost:4318/v1/metrics'],
  ],
]);

table('protocols', ({ otlp }) => [otlp.TRACES.protocol, otlp.METRICS.protocol], [
  ['default', {}, {}, ['http/protobuf', 'http/protobuf']],
  ['for both', {}, { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, ['http/json', 'http/json']],
  ['for one', {}, { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }, ['http/json', 'http/protobuf']],
  [
    'option',
    { otlp: { protocol: 'http/protobuf' } },
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    ['http/protobuf', 'http/protobuf'],
  ],
]);

table('/metrics', ({ prometheus }) => prometheus, [
  ['default', {}, {}, { host: 'localhost', port: 9464, path: '/metrics', healthPath: '/healthz', listen: true }],
  [
    'variables',
    {},
    { OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0', OTEL_EXPORTER_PROMETHEUS_PORT: '9000' },
    { host: '0.0.0.0', port: 9000, path: '/metrics', healthPath: '/healthz', listen: true },
  ],
  [
    'options',
    { prometheus: { port: 0, path: '/m', listen: false } },
    { OTEL_EXPORTER_PROMETHEUS_PORT: '9000' },
    { host: 'localhost', port: 0, path: '/m', healthPath: '/healthz', listen: false },
  ],
]);

table('intervals', ({ metricIntervalMillis, metricTimeoutMillis }) => [metricIntervalMillis, metricTimeoutMillis], [
  ['default', {}, {}, [60_000, 30_000]],
  ['variables', {}, { OTEL_METRIC_EXPORT_INTERVAL: '5000', OTEL_METRIC_EXPORT_TIMEOUT: '900' }, [5000, 900]],
  ['option', { otlp: { metricIntervalMillis: 1000 } }, { OTEL_METRIC_EXPORT_INTERVAL: '5000' }, [1000, 1000]],
]);

table('resource', ({ resource }) => [resource.attributes['service.name'], resource.attributes.team], [
  ['default', {}, {}, [expect.stringMatching(/^unknown_service:/), undefined]],
  ['attributes', {}, { OTEL_RESOURCE_ATTRIBUTES: 'service.name=listed,team=a%20b' }, ['listed', 'a b']],
  [
    'service name over attributes',
    {},
    { OTEL_SERVICE_NAME: 'named', OTEL_RESOURCE_ATTRIBUTES: 'service.name=listed' },
    ['named', undefined],
  ],
  [
    'options',
    { serviceName: 'told', resourceAttributes: { team: 'c' } },
    { OTEL_SERVICE_NAME: 'named', OTEL_RESOURCE_ATTRIBUTES: 'team=a' },
    ['told', 'c'],
  ],
]);

table('sampler', ({ sampler }) => String(sampler).replace(/,.*/, ''), [
  ['default', {}, {}, 'ParentBased{root=AlwaysOnSampler'],
  ['variable', {}, { OTEL_TRACES_SAMPLER: 'always_off' }, 'AlwaysOffSampler'],
  [
    'variable with argument',
    {},
    { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
    'ParentBased{root=TraceIdRatioBased{0.25}',
  ],
  [
    'option',
    { sampler: { shouldSample: () => ({ decision: 0 }), toString: () => 'mine' } },
    { OTEL_TRACES_SAMPLER: 'always_off' },
    'mine',
  ],
]);

table('limits and batches', ({ spanLimits, logLimits, batch }) => ({ ...spanLimits, log: logLimits, batch }), [
  [
    'variables',
    {},
    {
      OTEL_ATTRIBUTE_COUNT_LIMIT: '9',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '100',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '1',
      OTEL_SPAN_LINK_COUNT_LIMIT: '2',
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '3',
      OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '4',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '5',
      OTEL_BSP_MAX_QUEUE_SIZE: '100',
      OTEL_BSP_SCHEDULE_DELAY: '250',
      OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '64',
      OTEL_BLRP_EXPORT_TIMEOUT: '1000',
    },
    {
      attributeCountLimit: 9,
      attributeValueLengthLimit: 100,
      eventCountLimit: 1,
      linkCountLimit: 2,
      attributePerEventCountLimit: 3,
      attributePerLinkCountLimit: 4,
      log: { attributeCountLimit: 5, attributeValueLengthLimit: undefined },
      batch: {
        spans: { maxQueueSize: 100, maxExportBatchSize: 100, scheduledDelayMillis: 250, exportTimeoutMillis: 30_000 },
        logs: { maxQueueSize: 2048, maxExportBatchSize: 64, scheduledDelayMillis: 1000, exportTimeoutMillis: 1000 },
      },
    },
  ],
]);

table('propagators', ({ propagators }) => propagators, [
  ['default', {}, {}, ['tracecontext', 'baggage']],
  ['variable', {}, { OTEL_PROPAGATORS: 'b3multi,tracecontext' }, ['tracecontext', 'b3multi']],
  ['none', {}, { OTEL_PROPAGATORS: 'none' }, []],
  ['option', { propagators: ['b3'] }, { OTEL_PROPAGATORS: 'baggage' }, ['b3']],
]);

const found = ['host.name', 'process.pid', 'service.instance.id', 'k8s.pod.name'];
table('detectors', ({ resource }) => found.filter((name) => name in resource.attributes), [
  ['default', {}, {}, found.slice(0, 3)],
  ['variable', {}, { OTEL_NODE_RESOURCE_DETECTORS: 'process' }, ['process.pid']],
  ['all', {}, { OTEL_NODE_RESOURCE_DETECTORS: 'all' }, found.slice(0, 3)],
  ['none', {}, { OTEL_NODE_RESOURCE_DETECTORS: 'none' }, []],
  ['option', { resourceDetectors: ['host'] }, { OTEL_NODE_RESOURCE_DETECTORS: 'none' }, ['host.name']],
  ['in Kubernetes', {}, { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, found],
]);

table('Kubernetes', ({ resource }) => Object.entries(resource.attributes).filter(([name]) => name.startsWith('k8s.')), [
  [
    'the downward API',
    { resourceDetectors: ['kubernetes'] },
    { KUBERNETES_SERVICE_HOST: '10.0.0.1', POD_NAME: 'chat-1', POD_NAMESPACE: 'prod', K8S_NODE_NAME: 'n1' },
    [
      ['k8s.pod.name', 'chat-1'],
      ['k8s.namespace.name', 'prod'],
      ['k8s.node.name', 'n1'],
    ],
  ],
]);

test('arguments of the process, which may hold secrets, are not in the resource', () => {
  expect(readSettings({}).resource.attributes).not.toHaveProperty('process.command_args');
});

test('one process is one instance', () => {
  const [first, second] = [1, 2].map(() => readSettings({}).resource.attributes['service.instance.id']);
  expect(first).toBe(second);
});

test('a container is found, where it is one, after the settings are read', async () => {
  const said = recordDiagnostics();
  const { resource } = readSettings({ resourceDetectors: ['container'] });
  await resource.waitForAsyncAttributes?.();
  expect(['string', 'undefined']).toContain(typeof resource.attributes['container.id']);
  expect(said).toEqual([]);
});

table('the rest of OTLP', ({ otlp, temporality, exponential }) => [otlp.LOGS, temporality, exponential], [
  [
    'variables',
    {},
    {
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://l/x',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-key=a%2Cb',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TIMEOUT: '700',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_CERTIFICATE: __filename,
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'LowMemory',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
    },
    [
      {
        told: true,
        url: 'http://l/x',
        protocol: 'grpc',
        headers: { 'x-key': 'a,b' },
        timeoutMillis: 700,
        compression: 'gzip',
        tls: { ca: expect.any(Buffer), cert: undefined, key: undefined },
      },
      'lowmemory',
      true,
    ],
  ],
]);

table('switches', ({ disabled, logLevel }) => [disabled, logLevel], [
  ['default', {}, {}, [false, DiagLogLevel.WARN]],
  ['variables', {}, { OTEL_SDK_DISABLED: 'TRUE', OTEL_LOG_LEVEL: 'DEBUG' }, [true, DiagLogLevel.DEBUG]],
]);

describe('a wrong variable is ignored, and named once with its value and what is allowed', () => {
  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318', 'http://localhost:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://localhost:4318/v1/traces', 'without /v1/traces'],
    ['OTLP_ENDPOINT', 'collector', 'http://'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'thrift', 'http/protobuf, http/json, grpc'],
    ['OTEL_METRICS_EXPORTER', 'statsd', 'otlp, prometheus, console, none'],
    ['OTEL_TRACES_EXPORTER', 'prometheus', 'otlp, console, none'],
    ['OTEL_TRACES_EXPORTER', 'otlp,none', `'none' alone`],
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '94640', '0 to 65535'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '-1', 'milliseconds'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '10s', 'milliseconds'],
    ['OTEL_TRACES_SAMPLER', 'sometimes', 'always_on'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'team', 'key=value'],
    ['OTEL_SDK_DISABLED', 'yes', 'true, false'],
    ['OTEL_PROPAGATORS', 'jaeger', 'tracecontext, baggage, b3, b3multi, none'],
    ['OTEL_NODE_RESOURCE_DETECTORS', 'aws', 'host, process, service, container, kubernetes, all, none'],
    ['OTEL_LOGS_EXPORTER', 'file', 'otlp, console, none'],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '0', 'a whole number from 1'],
    ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '4096', 'to the size of the queue, 2048'],
    ['OTEL_BLRP_SCHEDULE_DELAY', 'soon', 'milliseconds'],
    ['OTEL_SPAN_EVENT_COUNT_LIMIT', '-1', 'a whole number from 0'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd', 'gzip, none'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s', 'milliseconds'],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/nowhere.pem', 'a file that can be read'],
    ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'sometimes', 'cumulative, delta, lowmemory'],
    ['OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', 'native', 'base2_exponential_bucket_histogram'],
    ['OTEL_CONFIG_FILE', '/nowhere.yaml', 'configuration file'],
    ['OTEL_LOG_LEVEL', 'loud', 'warn'],
  ])('%s=%s', (variable, value, allowed) => {
    const usual = readSettings({});
    const settings = settingsOf({}, { [variable]: value });
    expect([...settings.problems]).toEqual([expect.stringContaining(`${variable} is '${value}'`)]);
    expect([...settings.problems][0]).toContain(allowed);
    expect({ ...settings, problems: usual.problems, asked: usual.asked }).toEqual(usual);
  });

  test('a malformed list of headers does not show, since it may hold a key', () => {
    const settings = settingsOf({}, { OTEL_EXPORTER_OTLP_HEADERS: 'my-secret' });
    expect([...settings.problems]).toEqual([expect.stringContaining('OTEL_EXPORTER_OTLP_HEADERS')]);
    expect([...settings.problems][0]).not.toContain('my-secret');
  });

  test('the argument of the sampler', () => {
    const settings = settingsOf({}, { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '50%' });
    expect([...settings.problems]).toEqual([expect.stringContaining(`OTEL_TRACES_SAMPLER_ARG is '50%'`)]);
    expect(String(settings.sampler)).toBe('TraceIdRatioBased{1}');
  });
});
