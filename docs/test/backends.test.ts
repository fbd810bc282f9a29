import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { register } from '@grump/llm-otel-sdk';
import { freePort, startMockNim } from '@grump/llm-otel-testing';
import { trace } from '@opentelemetry/api';
import OpenAI from 'openai';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { blocks, COLLECTOR, path, removeFolder, start, startCollector, stop, write } from './page';

const ofCollector = blocks.filter(({ kind }) => kind === 'collector');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const [zipkinJar] = globSync(path('../../.cache/zipkin/*.jar'));
const hasZipkin = zipkinJar !== undefined && spawnSync('java', ['-version']).status === 0;
const [jaegerProgram] = globSync(path('../../.cache/jaeger/jaeger'));
if (jaegerProgram === undefined)
  console.info('skipped: Jaeger is not built: `node scripts/build-jaeger.mjs`, which needs Go');
if (COLLECTOR === undefined)
  console.info('skipped: the Collector is not built: `node scripts/collector.mjs`, which needs Go');
if (!hasZipkin) console.info('skipped: Zipkin is not there: `node scripts/zipkin.mjs`, which needs Maven and Java');

afterAll(removeFolder);

/** A plain call and a stream below a span of the application's, sent to the endpoint. */
async function sendCalls(endpoint: string): Promise<void> {
  const nim = await startMockNim();
  const registration = register({ serviceName: 'chat', otlp: { endpoint }, metrics: false });
  const client = wrapOpenAI(new OpenAI({ baseURL: nim.baseURL, apiKey: 'none' }));
  const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
  await trace.getTracer('test').startActiveSpan('question', async (span) => {
    await client.chat.completions.create(request);
    for await (const _ of await client.chat.completions.create({ ...request, stream: true }));
    span.end();
  });
  await registration.shutdown();
  await nim.close();
}

test('every configuration on the page says what it is', () => {
  expect(blocks.length).toBe(readFileSync(path('../backends.md'), 'utf8').split('```yaml').length - 1);
  expect(ofCollector.length).toBe(6);
});

describe.skipIf(COLLECTOR === undefined)('a real Collector', () => {
  test.each(ofCollector)('takes: $title', ({ yaml }) => {
    const environment = { ...process.env, HONEYCOMB_API_KEY: 'none' };
    const file = write('collector.yaml', yaml);
    const { status, stderr } = spawnSync(COLLECTOR!, ['validate', '--config', file], { env: environment });
    expect([status, String(stderr)]).toEqual([0, '']);
  });

  test('translates for Zipkin', async () => {
    const received: { traceId: string; name: string }[] = [];
    const zipkin = createServer(async (request, response) => {
      if (request.url === '/api/v2/spans') received.push(...JSON.parse(String(Buffer.concat(await request.toArray()))));
      response.writeHead(202).end();
    }).listen(0, '127.0.0.1');
    await once(zipkin, 'listening');
    const { port } = zipkin.address() as AddressInfo;
    const [collector, endpoint] = await startCollector('Zipkin', { 'zipkin:9411': `127.0.0.1:${port}` });

    const registration = register({ otlp: { endpoint }, metrics: false });
    trace.getTracer('test').startSpan('chat m').end();
    await registration.shutdown();
    await vi.waitFor(() => expect(received).toEqual([expect.objectContaining({ name: 'chat m' })]), 10_000);
    await stop(collector);
    zipkin.close();
  });

  test.skipIf(!hasZipkin)('a real Zipkin shows the calls', { timeout: 90_000 }, async () => {
    const port = await freePort();
    const settings = { QUERY_PORT: String(port), STORAGE_TYPE: 'mem', COLLECTOR_SCRIBE_ENABLED: 'false' };
    const zipkin = await start('java', ['-Xmx256m', '-jar', zipkinJar!], 'Serving HTTP at', settings);
    const [collector, endpoint] = await startCollector('Zipkin', { 'zipkin:9411': `127.0.0.1:${port}` });
    await sendCalls(endpoint);

    const shown = async (): Promise<ZipkinSpan[]> => {
      const traces = await fetch(`http://127.0.0.1:${port}/api/v2/traces?serviceName=chat`);
      return ((await traces.json()) as ZipkinSpan[][]).flat();
    };
    await vi.waitFor(async () => expect(await shown()).toHaveLength(3), { timeout: 20_000, interval: 200 });
    const spans = await shown();
    const parent = spans.find(({ name }) => name === 'question');
    const calls = spans.filter(({ name }) => name === 'chat m');
    expect(calls).toHaveLength(2);
    for (const { parentId, kind, localEndpoint, tags } of calls) {
      expect({ parentId, kind, service: localEndpoint.serviceName }).toEqual({
        parentId: parent?.id,
        kind: 'CLIENT',
        service: 'chat',
      });
      expect(tags).toMatchObject({ 'gen_ai.request.model': 'm', 'llm.outcome': 'ok' });
    }
    await Promise.all([stop(collector), stop(zipkin)]);
  });
});

interface JaegerSpan {
  readonly operationName: string;
  readonly spanID: string;
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
}

interface ZipkinSpan {
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly kind?: string;
  readonly localEndpoint: { readonly serviceName: string };
  readonly tags: Readonly<Record<string, string>>;
}

const noJaeger = jaegerProgram === undefined || COLLECTOR === undefined;

describe.skipIf(noJaeger).each(['through the Collector', 'straight'])('a real Jaeger, %s,', (way) => {
  test('shows the calls', { timeout: 90_000 }, async () => {
    const [query, grpc, http, ...others] = await Promise.all(Array.from({ length: 7 }, freePort));
    const names = ['collector.grpc-server', 'collector.http-server', 'query.grpc-server', 'admin.http'];
    const ports = { 'query.http-server': query, 'collector.otlp.grpc': grpc, 'collector.otlp.http': http };
    const all = { ...ports, ...Object.fromEntries(names.map((name, index) => [name, others[index]])) };
    const flags = Object.entries(all).map(([name, port]) => `--${name}.host-port=127.0.0.1:${port}`);
    const jaeger = await start(jaegerProgram!, flags, 'Starting HTTP server', { SPAN_STORAGE_TYPE: 'memory' });
    const [collector, endpoint] = await startCollector('Jaeger', { 'jaeger:4317': `127.0.0.1:${grpc}` });
    await sendCalls(way === 'straight' ? `http://127.0.0.1:${http}` : endpoint);

    const shown = async (): Promise<JaegerSpan[]> => {
      const answer = await fetch(`http://127.0.0.1:${query}/api/traces?service=chat`);
      return ((await answer.json()) as { data: { spans: JaegerSpan[] }[] }).data.flatMap(({ spans }) => spans);
    };
    await vi.waitFor(async () => expect(await shown()).toHaveLength(3), { timeout: 20_000, interval: 200 });
    const spans = await shown();
    const parent = spans.find(({ operationName }) => operationName === 'question');
    const calls = spans.filter(({ operationName }) => operationName === 'chat m');
    expect(calls).toHaveLength(2);
    for (const { references, tags } of calls) {
      expect(references).toMatchObject([{ refType: 'CHILD_OF', spanID: parent?.spanID }]);
      expect(tags).toContainEqual(expect.objectContaining({ key: 'gen_ai.request.model', value: 'm' }));
      expect(tags).toContainEqual(expect.objectContaining({ key: 'span.kind', value: 'client' }));
    }
    await Promise.all([stop(collector), stop(jaeger)]);
  });
});

test.skipIf(!hasPromtool)('promtool takes the configuration of Prometheus', () => {
  const { yaml } = blocks.find(({ kind }) => kind === 'prometheus')!;
  const { status, stderr } = spawnSync('promtool', ['check', 'config', write('prometheus.yml', yaml)]);
  expect([status, String(stderr)]).toEqual([0, '']);
});
