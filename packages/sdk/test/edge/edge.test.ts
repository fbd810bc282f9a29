import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { startOtlpReceiver } from '@grump/llm-otel-testing';
import { context, createContextKey, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { build } from 'esbuild';
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createContextManager } from '../../src/edge/context';
import * as surface from '../../src/edge/index';
import { type EdgeOptions, type EdgeRegistration, register, registered } from '../../src/edge/index';
import { isolate } from '../support/clean';
import { recordDiagnostics } from '../support/diagnostics';
import { readProtobuf, startReceiver } from '../support/receiver';

let said: string[];
let servers: Server[] = [];
beforeEach(() => {
  said = recordDiagnostics();
});
afterEach(async () => {
  await registered()?.shutdown({ timeoutMillis: 200 });
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
  servers = [];
});
isolate();

/** An endpoint that answers with these statuses, one after the other; 0 is no answer. */
async function answering(...statuses: number[]): Promise<{ endpoint: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(String(Buffer.concat(await request.toArray())));
    const status = statuses.shift() ?? 200;
    if (status !== 0) response.writeHead(status).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

const spans = (endpoint: string, more: EdgeOptions = {}): EdgeRegistration =>
  register({ otlp: { endpoint, protocol: 'http/json', timeoutMillis: 200 }, metrics: false, ...more });
const end = (name: string): void => trace.getTracer('test').startSpan(name).end();
const traces = ({ status }: EdgeRegistration) => status().exporters.find(({ signal }) => signal === 'traces');

const BODY = JSON.stringify({
  ...{ id: 'chatcmpl-1', object: 'chat.completion', model: 'm' },
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
});

async function call(): Promise<void> {
  const answer = async () => new Response(BODY, { headers: { 'content-type': 'application/json' } });
  const client = wrapOpenAI(new OpenAI({ baseURL: 'http://nim/v1', apiKey: 'none', fetch: answer }));
  await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
}

test('sends by the variables of a Worker, and only when it is told to', async () => {
  const receiver = await startReceiver();
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-team=a',
    OTEL_SERVICE_NAME: 'chat',
    NAMESPACE: {},
  };
  const registration = register({ environment });
  await call();
  expect(receiver.requests).toEqual([]);
  await registration.forceFlush();
  expect(receiver.requests.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces']);
  for (const { headers, body } of receiver.requests) {
    expect(headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'x-team': 'a' });
    expect(readProtobuf(body)[0]?.field).toBe(1);
    expect(String(body)).toContain('chat');
  }
  expect(registration.status()).toMatchObject({ queue: { waiting: 0, dropped: 0 }, problems: [] });
  expect(said).toEqual([]);
  await receiver.close();
});

test.each([
  ['cumulative', [1, 2]],
  ['delta', [1, 1]],
] as const)('%s sums', async (temporality, expected) => {
  const receiver = await startOtlpReceiver();
  const registration = register({ otlp: { endpoint: receiver.url, protocol: 'http/json' }, temporality });
  for (const _ of expected) {
    await call();
    await registration.forceFlush();
  }
  const values = (name: string) =>
    receiver.metrics.filter((metric) => metric.name === name).map(({ points }) => points[0]?.value);
  expect(values('llm_requests_total')).toEqual(expected);
  expect(values('llm_request_duration_seconds')).toEqual(expected);
  await receiver.close();
});

test.each([429, 503])('%i: the spans go with the next flush', async (status) => {
  const { endpoint, bodies } = await answering(status);
  const registration = spans(endpoint);
  end('first');
  await registration.forceFlush();
  expect(registration.status().queue.waiting).toBe(1);
  expect(registration.status().problems[0]).toContain('429 or 503');
  await registration.forceFlush();
  expect(bodies.map((body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans[0].name)).toEqual([
    'first',
    'first',
  ]);
  expect(traces(registration)).toMatchObject({ delivered: 1, failed: 0 });
});

test('nobody listens: the spans wait, as many as there is room for', async () => {
  vi.stubEnv('OTEL_BSP_MAX_QUEUE_SIZE', '10');
  const registration = spans('http://127.0.0.1:9');
  for (let index = 0; index < 12; index++) end(`span ${index}`);
  await registration.forceFlush();
  expect(registration.status().queue).toEqual({ waiting: 10, capacity: 10, dropped: 2 });
  expect(registration.status().problems).toHaveLength(1);
});

test.each([
  [401, 'the key is missing or wrong'],
  [0, 'nobody answers'],
])('%i: the spans are given up and counted, and the status tells why', async (status, cause) => {
  const { endpoint } = await answering(status);
  const registration = spans(endpoint);
  end('lost');
  await registration.forceFlush();
  expect(traces(registration)).toMatchObject({ delivered: 0, failed: 1 });
  expect(registration.status().problems[0]).toContain(cause);
});

test('a flush ends at its deadline', async () => {
  const { endpoint } = await answering(0);
  const registration = spans(endpoint, { otlp: { endpoint, timeoutMillis: 20_000 } });
  end('late');
  const start = performance.now();
  await registration.forceFlush({ timeoutMillis: 100 });
  expect(performance.now() - start).toBeLessThan(5000);
  expect(said).toContainEqual(expect.stringContaining('given up after 100 ms'));
});

test.each([
  [{ serviceName: 'a', resourceAttributes: { 'service.name': 'b' } }, 'a'],
  [{ resourceAttributes: { 'service.name': 'b' } }, 'b'],
  [{}, 'c'],
])('options %j over OTEL_SERVICE_NAME', (options, name) => {
  const environment = { OTEL_SERVICE_NAME: 'c', OTEL_RESOURCE_ATTRIBUTES: 'service.name=d' };
  const { tracerProvider } = spans('http://127.0.0.1:9', { ...options, environment });
  const span = tracerProvider?.getTracer('test').startSpan('a') as ReadableSpan | undefined;
  expect(span?.resource.attributes['service.name']).toBe(name);
});

test('the first call stands, and everything is taken down at the end', async () => {
  const { endpoint } = await answering();
  const first = spans(endpoint);
  expect(register()).toBe(first);
  expect(registered()).toBe(first);
  await first.shutdown();
  expect(registered()).toBeUndefined();
  expect(trace.getTracer('test').startSpan('after').isRecording()).toBe(false);
});

test('nowhere to send to, and wrong values, are told', () => {
  register({ environment: { OTEL_TRACES_SAMPLER: 'sometimes' } });
  expect(said).toContainEqual(expect.stringContaining("OTEL_TRACES_SAMPLER is 'sometimes'"));
  expect(said).toContainEqual(expect.stringContaining('name an endpoint in OTEL_EXPORTER_OTLP_ENDPOINT'));
  expect(() => register({ otlp: { endpoint: 'nonsense' } })).toThrow("register() got otlp.endpoint 'nonsense'");
  expect(() => register({ port: 1 } as never)).toThrow('register() has no option port');
});

test('what the entry exports', () => {
  expect(Object.keys(surface)).toEqual(['register', 'registered']);
});

test('contexts follow asynchronous calls', async () => {
  const key = createContextKey('key');
  const manager = createContextManager()!;
  const inside = context.active().setValue(key, 1);
  const read = async () => {
    await Promise.resolve();
    return manager.active().getValue(key);
  };
  expect(await manager.with(inside, read)).toBe(1);
  expect(await manager.bind(inside, read)()).toBe(1);
  expect(await read()).toBeUndefined();
});

test('the entry asks for nothing of Node', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../../src/edge/index.ts', import.meta.url))],
    ...{ bundle: true, write: false, outdir: 'out', metafile: true, format: 'esm', logLevel: 'silent' },
    platform: 'browser',
    conditions: ['edge-light', 'worker', 'browser'],
  } as const);
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
});
