import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { logs, SeverityNumber, trace } from '@opentelemetry/api';
import { InMemoryLogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { expect, test, vi } from 'vitest';
import { isolate, registerForTest } from './support/clean';
import { recordDiagnostics } from './support/diagnostics';

isolate();

const BUILT = existsSync(new URL('../dist/register.js', import.meta.url));

const require = createRequire(import.meta.url);
const prometheus = { listen: false };

function createMemory() {
  const exporter = new InMemoryLogRecordExporter();
  // Records wait for the resource, of which a part is found later.
  const first = () => vi.waitFor(() => exporter.getFinishedLogRecords()[0] ?? expect.fail('no record'));
  return { first, logRecordProcessors: [new SimpleLogRecordProcessor({ exporter })] };
}

/** Runs it within a span, and gives the ids that its lines must have. */
function inSpan(work: () => void): { trace_id: string; span_id: string } {
  return trace.getTracer('test').startActiveSpan('a', (span) => {
    work();
    span.end();
    return { trace_id: span.spanContext().traceId, span_id: span.spanContext().spanId };
  });
}

test('lines of pino have the ids, and become records', async () => {
  const { first, logRecordProcessors } = createMemory();
  registerForTest({ traces: true, prometheus, loggers: ['pino'], logRecordProcessors });
  const pino = require('pino') as typeof import('pino');
  const out = new PassThrough();
  const logger = pino.default(out);
  const ids = inSpan(() => logger.info({ model: 'm' }, 'asked'));
  expect(JSON.parse(String(out.read()))).toMatchObject({ msg: 'asked', model: 'm', ...ids });
  const record = await first();
  expect(record).toMatchObject({ body: 'asked', spanContext: { traceId: ids.trace_id, spanId: ids.span_id } });
});

test('lines of winston have the ids', () => {
  vi.stubEnv('OTEL_NODE_ENABLED_INSTRUMENTATIONS', 'http,winston');
  registerForTest({ traces: true, prometheus });
  const winston = require('winston') as typeof import('winston');
  const stream = new PassThrough();
  const transports = [new winston.transports.Stream({ stream })];
  const logger = winston.createLogger({ format: winston.format.json(), transports });
  const ids = inSpan(() => logger.info('asked'));
  expect(JSON.parse(String(stream.read()))).toMatchObject({ message: 'asked', ...ids });
});

test('what the console writes becomes a record, and a line of JSON with the exporter `console`', async () => {
  vi.stubEnv('OTEL_LOGS_EXPORTER', 'console');
  const { first, logRecordProcessors } = createMemory();
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  registerForTest({ serviceName: 'chat', traces: true, prometheus, loggers: ['console'], logRecordProcessors });
  const ids = inSpan(() => console.info('asked %s', 'm'));
  const record = await first();
  expect(record).toMatchObject({ body: 'asked m', severityText: 'info', spanContext: { traceId: ids.trace_id } });
  await vi
    .waitFor(() => {
      const json = lines.find((line) => line.startsWith('{'));
      expect(JSON.parse(json!)).toMatchObject({ body: 'asked m', service_name: 'chat', severity_text: 'info', ...ids });
    })
    .finally(() => write.mockRestore());
});

test('records of the logs API go to the exporters too, with limits', async () => {
  vi.stubEnv('OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT', '1');
  const { first, logRecordProcessors } = createMemory();
  const registration = registerForTest({ prometheus, logRecordProcessors });
  expect(registration.status().signals.logs).toBe('ours');
  const attributes = { a: 1, b: 2 };
  logs.getLogger('test').emit({ body: 'hello', severityNumber: SeverityNumber.WARN, attributes });
  const record = await first();
  expect(record).toMatchObject({ body: 'hello', attributes: { a: 1 } });
  expect(Object.keys(record.attributes)).toHaveLength(1);
});

test('no logs where they would go nowhere, or are turned off', async () => {
  expect(registerForTest({ prometheus }).loggerProvider).toBe(undefined);
});

test('a logger whose instrumentation is missing is told in one sentence', async () => {
  const said = recordDiagnostics();
  vi.doMock('../src/peers', () => ({
    findPeer: () => undefined,
    loadPeer: () => undefined,
    loadThrough: () => undefined,
  }));
  vi.resetModules();
  const { instrumentLoggers } = await import('../src/loggers');
  instrumentLoggers(['pino'], undefined)();
  vi.doUnmock('../src/peers');
  expect(said).toContainEqual(expect.stringContaining('npm install @opentelemetry/instrumentation-pino'));
});

test.skipIf(!BUILT)('pino and winston that an ES module imports, with --import and no line of code', async () => {
  const application = fileURLToPath(new URL('loggers/application.mjs', import.meta.url));
  const env = {
    ...process.env,
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pino,winston',
    OTEL_EXPORTER_PROMETHEUS_PORT: '0',
  };
  const args = ['--import', '@grump/llm-otel-sdk/register', application];
  const options = { env: { ...env, OTEL_TRACES_EXPORTER: 'otlp' }, cwd: fileURLToPath(new URL('..', import.meta.url)) };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  expect(lines).toHaveLength(2);
  for (const line of lines.map((one) => JSON.parse(one))) {
    expect(line).toMatchObject({ trace_id: line.expected, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) });
  }
});
