import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register } from '@grump/llm-otel-sdk';
import { trace } from '@opentelemetry/api';
import { afterAll, describe, expect, test, vi } from 'vitest';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const [collector] = globSync(path('../../.cache/collector/*/otelcol'));
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (collector === undefined)
  console.info('skipped: the Collector is not built: `node scripts/collector.mjs`, which needs Go');

const folder = mkdtempSync(join(tmpdir(), 'llm-otel-backends-'));
afterAll(() => rmSync(folder, { recursive: true }));

const page = readFileSync(path('../backends.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml\n# (\w+)(?:: (.*))?\n([\s\S]*?)```/g)].map(([, kind, title, yaml]) => {
  return { kind, title: title ?? '', yaml: yaml! };
});
const ofCollector = blocks.filter(({ kind }) => kind === 'collector');

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('every configuration on the page says what it is', () => {
  expect(blocks.length).toBe(page.split('```yaml').length - 1);
  expect(ofCollector.length).toBe(6);
});

describe.skipIf(collector === undefined)('a real Collector', () => {
  test.each(ofCollector)('takes: $title', ({ yaml }) => {
    const environment = { ...process.env, HONEYCOMB_API_KEY: 'none' };
    const file = write('collector.yaml', yaml);
    const { status, stderr } = spawnSync(collector!, ['validate', '--config', file], { env: environment });
    expect([status, String(stderr)]).toEqual([0, '']);
  });

  test('translates for Zipkin', async () => {
    const received: { traceId: string; name: string }[] = [];
    const zipkin = createServer(async (request, response) => {
      if (request.url === '/api/v2/spans') received.push(...JSON.parse(String(Buffer.concat(await request.toArray()))));
      response.writeHead(202).end();
    }).listen(0, '127.0.0.1');
    const free = createServer().listen(0, '127.0.0.1');
    await Promise.all([once(zipkin, 'listening'), once(free, 'listening')]);
    const [port, otlpPort] = [zipkin, free].map((server) => (server.address() as AddressInfo).port);
    free.close();
    const yaml = ofCollector.find(({ title }) => title.includes('Zipkin'))!.yaml;
    const local = yaml.replace('0.0.0.0:4318', `127.0.0.1:${otlpPort}`).replace('zipkin:9411', `127.0.0.1:${port}`);
    const file = write(
      'zipkin.yaml',
      local.replace('service:\n', 'service:\n  telemetry: { metrics: { level: none } }\n'),
    );
    const child = spawn(collector!, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data) => {
      said += data;
    });
    await vi.waitFor(() => expect(said).toContain('Everything is ready'), 10_000);

    const registration = register({ otlp: { endpoint: `http://127.0.0.1:${otlpPort}` }, prometheus: false });
    trace.getTracer('test').startSpan('chat m').end();
    await registration.shutdown();
    await vi.waitFor(() => expect(received).toEqual([expect.objectContaining({ name: 'chat m' })]), 10_000);
    child.kill();
    zipkin.close();
  });
});

test.skipIf(!hasPromtool)('promtool takes the configuration of Prometheus', () => {
  const { yaml } = blocks.find(({ kind }) => kind === 'prometheus')!;
  const { status, stderr } = spawnSync('promtool', ['check', 'config', write('prometheus.yml', yaml)]);
  expect([status, String(stderr)]).toEqual([0, '']);
});
