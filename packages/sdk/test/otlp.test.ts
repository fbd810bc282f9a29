import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Registration } from '../src/index';
import { isolate, registerForTest } from './support/clean';
import { recordDiagnostics } from './support/diagnostics';
import { type Receiver, readProtobuf, startReceiver } from './support/receiver';

let receiver: Receiver;
let said: string[];
beforeEach(async () => {
  receiver = await startReceiver();
  said = recordDiagnostics();
});
afterEach(() => receiver.close());
isolate();

const prometheus = { listen: false };

function record(): void {
  metrics.getMeter('test').createCounter('llm_requests_total').add(3, { model: 'm' });
  trace.getTracer('test').startSpan('chat m').end();
}

async function send(registration: Registration): Promise<void> {
  record();
  await registration.forceFlush();
}

test('http/json carries resource, metrics and spans', async () => {
  const otlp = { endpoint: receiver.url, protocol: 'http/json', headers: { 'x-team': 'a' } } as const;
  await send(registerForTest({ serviceName: 'checkout', otlp, prometheus }));

  const [metricRequest] = receiver.to('metrics');
  const [spanRequest] = receiver.to('traces');
  expect(metricRequest?.headers).toMatchObject({ 'content-type': 'application/json', 'x-team': 'a' });
  const { resource, scopeMetrics } = JSON.parse(String(metricRequest?.body)).resourceMetrics[0];
  const service = { key: 'service.name', value: { stringValue: 'checkout' } };
  expect(resource.attributes).toContainEqual(service);
  expect(resource.attributes).toContainEqual({ key: 'telemetry.sdk.language', value: { stringValue: 'nodejs' } });
  const { metrics: sent } = scopeMetrics.find(({ scope }: { scope: { name: string } }) => scope.name === 'test');
  expect(sent[0]).toMatchObject({ name: 'llm_requests_total', sum: { isMonotonic: true } });
  expect(sent[0].sum.dataPoints[0].asDouble).toBe(3);
  const { resource: sender, scopeSpans } = JSON.parse(String(spanRequest?.body)).resourceSpans[0];
  expect(sender.attributes).toContainEqual(service);
  expect(scopeSpans[0].spans[0].name).toBe('chat m');
  expect(said).toEqual([]);
});

test('http/protobuf is the default, and OTEL_EXPORTER_OTLP_* alone turns it on', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-team=b');
  vi.stubEnv('OTEL_SERVICE_NAME', 'checkout');
  await send(registerForTest({ prometheus }));

  expect(receiver.requests.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces']);
  for (const { headers, body } of receiver.requests) {
    expect(headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'x-team': 'b' });
    const [group, ...rest] = readProtobuf(body);
    expect([group?.field, rest]).toEqual([1, []]);
    // ResourceSpans and ResourceMetrics: 1 is the resource, 2 the scopes.
    expect(new Set(readProtobuf(group!.bytes).map(({ field }) => field))).toEqual(new Set([1, 2]));
    expect(String(body)).toContain('checkout');
  }
});

test('the legacy OTLP_ENDPOINT', async () => {
  vi.stubEnv('OTLP_ENDPOINT', receiver.url);
  await send(registerForTest({ prometheus }));
  expect(receiver.requests).toHaveLength(2);
});

test('the endpoint of one signal sends that signal only', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', `${receiver.url}/own/path`);
  await send(registerForTest({ prometheus }));
  expect(receiver.requests.map(({ path }) => path)).toEqual(['/own/path']);
});

test('the sampler option decides', async () => {
  const sampler = { shouldSample: () => ({ decision: 0 }), toString: () => 'none' };
  await send(registerForTest({ otlp: { endpoint: receiver.url }, prometheus, sampler }));
  expect(receiver.to('traces')).toHaveLength(0);
  expect(receiver.to('metrics')).toHaveLength(1);
});

test('metrics go out at their interval by themselves', async () => {
  registerForTest({ otlp: { endpoint: receiver.url, metricIntervalMillis: 50 }, prometheus });
  record();
  await vi.waitFor(() => expect(receiver.to('metrics').length).toBeGreaterThan(1), 5000);
});

test('forceFlush(), as for waitUntil(), waits for the batch that is on its way already', async () => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '1');
  let answered = 0;
  const slow = createServer((request, response) => {
    request.resume();
    setTimeout(() => {
      answered += 1;
      response.end();
    }, 400);
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const endpoint = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  const registration = registerForTest({ otlp: { endpoint }, metrics: false });
  const asked = once(slow, 'request');
  trace.getTracer('test').startSpan('chat m').end();
  await asked;
  const given: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => given.push(work);
  waitUntil(registration.forceFlush());
  await Promise.all(given);
  expect(answered).toBe(1);
  slow.close();
});

test('shutdown() sends what is waiting', async () => {
  const registration = registerForTest({ otlp: { endpoint: receiver.url }, prometheus });
  record();
  await registration.shutdown();
  expect(receiver.to('traces')).toHaveLength(1);
  expect(receiver.to('metrics')).toHaveLength(1);
});

test('what is waiting goes out when the process runs out of work, once', async () => {
  registerForTest({ otlp: { endpoint: receiver.url }, prometheus });
  record();
  process.emit('beforeExit', 0);
  await vi.waitFor(() => expect(receiver.requests).toHaveLength(2), 5000);
  expect(process.listeners('beforeExit').map(({ name }) => name)).not.toContain('flushAtExit');
});

describe('a collector that does not answer', () => {
  test.each(['forceFlush', 'shutdown'] as const)('%s() ends at the deadline and says so', async (end) => {
    const dead = await startReceiver({ hang: true });
    const registration = registerForTest({ otlp: { endpoint: dead.url, timeoutMillis: 2000 }, prometheus });
    record();
    const start = performance.now();
    await registration[end]({ timeoutMillis: 200 });
    expect(performance.now() - start).toBeGreaterThan(190);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(said).toContainEqual(expect.stringMatching(/traces was given up after 200 ms/));
    expect(said).toContainEqual(expect.stringMatching(/metrics was given up after 200 ms/));
    await dead.close();
  });

  test('shutdown() does not reject because the collector is down', async () => {
    const down = await startReceiver();
    await down.close();
    const registration = registerForTest({ otlp: { endpoint: down.url, timeoutMillis: 100 }, prometheus });
    record();
    await Promise.all([registration.shutdown({ timeoutMillis: 500 }), registration.shutdown()]);
    expect(said).toContainEqual(expect.stringMatching(/Shutting down traces was given up after 500 ms/));
    const traces = registration.status().exporters.find(({ signal }) => signal === 'traces');
    expect(traces).toMatchObject({ delivered: 0, failed: 1 });
  });
});
