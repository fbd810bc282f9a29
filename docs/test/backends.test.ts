import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { register } from '@grump/llm-otel-sdk';
import { startMockNim } from '@grump/llm-otel-testing';
import { trace } from '@opentelemetry/api';
import OpenAI from 'openai';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { blocks, COLLECTOR, freePort, path, removeFolder, start, startCollector, stop, write } from './page';

const ofCollector = blocks.filter(({ kind }) => kind === 'collector');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const [zipkinJar] = globSync(path('../../.cache/zipkin/*.jar'));
const hasZipkin = zipkinJar !== undefined && spawnSync('java', ['-version']).status === 0;
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

interface ZipkinSpan {
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly kind?: string;
  readonly localEndpoint: { readonly serviceName: string };
  readonly tags: Readonly<Record<string, string>>;
}

test.skipIf(!hasPromtool)('promtool takes the configuration of Prometheus', () => {
  const { yaml } = blocks.find(({ kind }) => kind === 'prometheus')!;
  const { status, stderr } = spawnSync('promtool', ['check', 'config', write('prometheus.yml', yaml)]);
  expect([status, String(stderr)]).toEqual([0, '']);
});
