import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { DiagLogLevel, diag, trace } from '@opentelemetry/api';
import OpenAI from 'openai';
import { afterEach, expect, test, vi } from 'vitest';
import { isolate, registerForTest } from './support/clean';
import { recordDiagnostics } from './support/diagnostics';
import { startReceiver } from './support/receiver';

isolate();
afterEach(() => vi.useRealTimers());

const answer = async (): Promise<Response> =>
  Response.json({ object: 'chat.completion', model: 'm', choices: [], usage: undefined });
const createClient = (host: string): OpenAI =>
  wrapOpenAI(new OpenAI({ baseURL: `https://${host}/v1`, apiKey: 'none', fetch: answer }), {});
const call = (client: OpenAI): Promise<unknown> => client.chat.completions.create({ model: 'm', messages: [] });
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('tells exporters, endpoints, clients and calls', async () => {
  const receiver = await startReceiver();
  const client = createClient('status.example');
  const registration = registerForTest({ otlp: { endpoint: receiver.url }, prometheus: { port: 0 } });
  await registration.ready;
  const before = registration.status();
  await call(client);
  await call(client.withOptions({ maxRetries: 0 }));
  await registration.forceFlush();
  const status = registration.status();
  expect(status.signals).toEqual({ traces: 'ours', metrics: 'ours', logs: 'ours' });
  expect(status.metricsUrl).toMatch(/^http:\/\/localhost:\d+\/metrics$/);
  const ours = status.clients.filter(({ address }) => address === 'status.example');
  expect(ours).toEqual([{ kind: 'openai', provider: expect.any(String), address: 'status.example', calls: 2 }]);
  expect(status.calls - before.calls).toBe(2);
  expect(status.exporters.map(({ signal, endpoint }) => [signal, endpoint])).toEqual(
    ['metrics', 'traces', 'logs'].map((signal) => [signal, `${receiver.url}/v1/${signal}`]),
  );
  expect(status.exporters[1]).toMatchObject({ delivered: 2, failed: 0, lastSuccessAt: expect.any(Number) });
  expect(status.queues.spans).toEqual({ waiting: 0, capacity: 2048, dropped: 0 });
  expect(status.problems).toEqual([]);
  await receiver.close();
});

test('a line at info says what was set up, once', async () => {
  const said: string[] = [];
  const none = (): void => {};
  const info = (text: string): number => said.push(text);
  diag.setLogger({ error: none, warn: none, info, debug: none, verbose: none }, DiagLogLevel.INFO);
  const registration = registerForTest({
    otlp: { endpoint: 'http://user:secret@collector:4318' },
    prometheus: { port: 0 },
  });
  createClient('line.example');
  await registration.ready;
  await tick();
  const lines = said.filter((text) => text.startsWith('register()'));
  expect(lines).toEqual([expect.stringContaining('traces to http://collector:4318/v1/traces (otlp, http/protobuf)')]);
  expect(lines[0]).toContain(`and ${registration.metricsUrl}`);
  expect(lines[0]).toContain('openai for line.example');
  expect(lines[0]).not.toContain('secret');
});

test('after some minutes a client without a call and an exporter without success are told, once each', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'Date'] });
  const said = recordDiagnostics();
  const server = createServer((_, response) => response.writeHead(401).end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registration = registerForTest({ otlp: { endpoint }, prometheus: { listen: false }, warnAfterMinutes: 2 });
  const idle = createClient('idle.example');
  await call(createClient('busy.example'));
  await registration.forceFlush();
  vi.advanceTimersByTime(119_000);
  const warnings = () =>
    said.filter((text) => /^No |^A wrapped/.test(text)).filter((text) => !text.includes('No metrics'));
  expect(warnings()).toEqual([]);
  vi.advanceTimersByTime(1_000);
  vi.advanceTimersByTime(240_000);
  expect(warnings().filter((text) => text.includes('busy'))).toEqual([]);
  expect(warnings().filter((text) => text.includes('idle'))).toEqual([
    expect.stringContaining('has seen no call in 2 minutes'),
  ]);
  expect(warnings().filter((text) => text.startsWith('No traces'))).toEqual([
    expect.stringMatching(/have ever reached http.*the key is missing or wrong: check OTEL_EXPORTER_OTLP_HEADERS\.$/),
  ]);
  expect(idle).toBeInstanceOf(OpenAI);
  server.close();
});

test.each([
  ['ECONNREFUSED', 'http://127.0.0.1:9', 'is the Collector running'],
  ['ENOTFOUND', 'http://nowhere.invalid:4318', 'the host name is not known'],
])('%s is told with its likely cause', async (_code, endpoint, cause) => {
  recordDiagnostics();
  const otlp = { endpoint, timeoutMillis: 200 };
  const registration = registerForTest({ otlp, prometheus: { listen: false }, metrics: false });
  trace.getTracer('test').startSpan('a').end();
  await registration.forceFlush({ timeoutMillis: 1000 });
  expect(registration.status().problems).toContainEqual(expect.stringContaining(cause));
});

test('/healthz tells the same, and that it degrades, on the port of /metrics and in handlers', async () => {
  recordDiagnostics();
  const receiver = await startReceiver();
  const registration = registerForTest({
    otlp: { endpoint: receiver.url, timeoutMillis: 200 },
    prometheus: { port: 0 },
  });
  await registration.ready;
  const url = registration.metricsUrl!.replace('/metrics', '/healthz');
  const read = async () => {
    const response = await fetch(url);
    return [response.status, (await response.json()) as { status: string; exporters: { signal: string }[] }] as const;
  };
  trace.getTracer('test').startSpan('a').end();
  await registration.forceFlush();
  const [code, health] = await read();
  expect([code, health.status]).toEqual([200, 'ok']);
  expect(health).toMatchObject({ queues: { spans: { waiting: 0, dropped: 0 } }, signals: { traces: 'ours' } });

  await receiver.close();
  trace.getTracer('test').startSpan('b').end();
  await registration.forceFlush({ timeoutMillis: 800 });
  expect((await read())[1].status).toBe('degraded');
  expect((await fetch(`${url}x`)).status).toBe(404);

  await registration.shutdown({ timeoutMillis: 100 });
  const after = await registration.healthFetch(new Request(url));
  expect([after.status, ((await after.json()) as { status: string }).status]).toEqual([503, 'ended']);
});

test('queues, drops and exports are metrics, under the names of the conventions', async () => {
  vi.stubEnv('OTEL_BSP_MAX_QUEUE_SIZE', '3');
  recordDiagnostics();
  const receiver = await startReceiver();
  const registration = registerForTest({ otlp: { endpoint: receiver.url }, prometheus: { listen: false } });
  for (let index = 0; index < 10; index += 1) trace.getTracer('test').startSpan('a').end();
  await registration.forceFlush();
  const page = await (await registration.metricsFetch(new Request('http://app/metrics'))).text();
  const dropped = Number(/^otel_sdk_processor_span_processed_total\{.*queue_full.*\} (\d+)$/m.exec(page)?.[1]);
  expect(dropped).toBeGreaterThan(0);
  expect(registration.status().queues.spans.dropped).toBe(dropped);
  expect(page).toMatch(/^otel_sdk_processor_span_queue_capacity\{.*\} 3$/m);
  expect(page).toMatch(/^otel_sdk_processor_span_queue_size\{.*\} 0$/m);
  expect(page).toMatch(new RegExp(`^otel_sdk_exporter_span_exported_total\\{.*\\} ${10 - dropped}$`, 'm'));
  expect(page).toMatch(/^otel_sdk_exporter_metric_data_point_exported_total\{/m);
  await receiver.close();
});
