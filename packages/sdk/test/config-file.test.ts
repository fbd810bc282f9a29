import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readSettings, type Settings } from '../src/settings';
import { isolate } from './support/clean';

isolate();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llm-otel-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function settingsOf(yaml: string, options = {}): Settings {
  const path = join(folder, 'otel.yaml');
  writeFileSync(path, `file_format: "1.0"\n${yaml}`);
  vi.stubEnv('OTEL_CONFIG_FILE', path);
  return readSettings(options);
}

const WHOLE = `
disabled: false
log_level: debug2
attribute_limits: { attribute_value_length_limit: 500 }
resource:
  attributes:
    - { name: service.name, value: from-file }
    - { name: service.weight, value: 3, type: int }
  attributes_list: team=a%20b
  detection/development:
    detectors: [{ host: null }]
propagator: { composite: [{ tracecontext: null }, { b3: null }] }
tracer_provider:
  processors:
    - batch:
        schedule_delay: 111
        max_queue_size: 222
        max_export_batch_size: 22
        exporter:
          otlp_http:
            endpoint: \${COLLECTOR}/v1/traces
            headers: [{ name: x-key, value: "a,b" }]
            compression: gzip
            timeout: 333
            encoding: json
    - simple: { exporter: { console: null } }
  limits: { event_count_limit: 7 }
  sampler: { parent_based: { root: { trace_id_ratio_based: { ratio: 0.25 } } } }
meter_provider:
  readers:
    - periodic:
        interval: 4444
        timeout: 444
        exporter: { otlp_http: { temporality_preference: low_memory, endpoint: "http://m:4318/v1/metrics" } }
    - pull: { exporter: { prometheus/development: { host: 0.0.0.0, port: 9999 } } }
  views:
    - selector: { instrument_name: internal_* }
      stream: { aggregation: { drop: null } }
logger_provider:
  processors: [{ batch: { exporter: { otlp_http: {} } } }]
`;

test('a file stands in place of the variables', () => {
  vi.stubEnv('COLLECTOR', 'http://c:4318');
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://other:4318');
  vi.stubEnv('OTEL_SERVICE_NAME', 'other');
  const settings = settingsOf(WHOLE);
  expect([...settings.problems]).toEqual([]);
  expect(settings).toMatchObject({
    disabled: false,
    propagators: ['tracecontext', 'b3'],
    spanLimits: { attributeValueLengthLimit: 500, eventCountLimit: 7 },
    metricIntervalMillis: 4444,
    metricTimeoutMillis: 444,
    temporality: 'lowmemory',
    prometheus: { host: '0.0.0.0', port: 9999 },
    batch: { spans: { scheduledDelayMillis: 111, maxQueueSize: 222, maxExportBatchSize: 22 } },
    otlp: {
      TRACES: {
        url: 'http://c:4318/v1/traces',
        protocol: 'http/json',
        headers: { 'x-key': 'a,b' },
        compression: 'gzip',
        timeoutMillis: 333,
      },
      METRICS: { url: 'http://m:4318/v1/metrics', protocol: 'http/protobuf' },
      LOGS: { url: 'http://localhost:4318/v1/logs' },
    },
  });
  expect(settings.resource.attributes).toMatchObject({
    'service.name': 'from-file',
    'service.weight': 3,
    team: 'a b',
    'host.name': expect.any(String),
  });
  expect(settings.resource.attributes).not.toHaveProperty('process.pid');
  expect([...settings.traceExporters, ...settings.metricExporters, ...settings.logExporters]).toEqual([
    'otlp',
    'console',
    'otlp',
    'prometheus',
    'otlp',
  ]);
  expect(String(settings.sampler)).toContain('TraceIdRatioBased{0.25}');
  expect(settings.views).toEqual([expect.objectContaining({ instrumentName: 'internal_*', aggregation: { type: 1 } })]);
});

test('what a file leaves out is off, and options win over it', () => {
  const settings = settingsOf('', { serviceName: 'told', otlp: { endpoint: 'http://o:4318' } });
  expect([...settings.traceExporters, ...settings.metricExporters]).toEqual(['otlp', 'otlp']);
  expect(settings.propagators).toEqual([]);
  expect(settings.resource.attributes['service.name']).toBe('told');
});

test('what register() has no place for is named, and the rest counts', () => {
  const settings = settingsOf(`
tracer_provider:
  processors:
    - batch: { exporter: { otlp_http: { endpoint: "http://a:4318/v1/traces" } } }
    - batch: { exporter: { otlp_http: { endpoint: "http://b:4318/v1/traces" } } }
  sampler: { parent_based: { root: { always_on: null }, local_parent_sampled: { always_off: null } } }
`);
  expect(settings.otlp.TRACES.url).toBe('http://a:4318/v1/traces');
  expect([...settings.problems]).toEqual([
    expect.stringContaining('tracer_provider.sampler.parent_based.local_parent_sampled'),
    expect.stringContaining('a second exporter otlp_http in tracer_provider'),
  ]);
});

test.each([
  ['is missing', '/nowhere/otel.yaml', 'ENOENT'],
  ['is no configuration', __filename, 'file_format'],
])('a file that %s is named in one sentence, and ignored', (_what, path, reason) => {
  vi.stubEnv('OTEL_CONFIG_FILE', path);
  vi.stubEnv('OTEL_SERVICE_NAME', 'from-variable');
  const settings = readSettings({});
  expect([...settings.problems]).toEqual([
    expect.stringMatching(/^OTEL_CONFIG_FILE is '.*', which is ignored; allowed/),
  ]);
  expect([...settings.problems][0]).toContain(reason);
  expect(settings.resource.attributes['service.name']).toBe('from-variable');
});
