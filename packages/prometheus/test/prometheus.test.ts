import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { comparable, nastyMetrics } from './fuzz';
import { parsePage, type Sample } from './parse-page';
import { producer } from './produce';
import { needs, PROMETHEUS } from './programs';
import { bindExample } from './support';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Starts a Prometheus that scrapes `port` every second; gives its address. */
async function startPrometheus(port: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const own = await freePort();
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'bridge', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
  };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const flags = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${own}`,
  ];
  const child = spawn(PROMETHEUS.command, flags, { stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await rm(folder, { recursive: true });
  });
  return `http://127.0.0.1:${own}`;
}

interface Answer<Data> {
  readonly data: Data;
}

async function ask<Data>(address: string, path: string): Promise<Data | undefined> {
  const response = await fetch(address + path).catch(() => undefined);
  return response?.ok ? ((await response.json()) as Answer<Data>).data : undefined;
}

interface Vector {
  readonly result: { metric: Record<string, string>; value: [number, string] }[];
}

async function readBack(address: string): Promise<Sample[]> {
  const query = encodeURIComponent('{job="bridge"}');
  const vector = await ask<Vector>(address, `/api/v1/query?query=${query}`);
  const own = /^(up|scrape_.*)$/;
  return (vector?.result ?? []).flatMap(
    ({ metric: { __name__: name = '', job: _, instance: __, ...labels }, value }) =>
      own.test(name) ? [] : [{ name, labels, value: Number(value[1].replace('Inf', 'Infinity')) }],
  );
}

/** What becomes of a sample in a scrape: labels of Prometheus' own are renamed, empty ones are none, and zero has no sign. */
function scraped({ name, labels, value }: Sample): Sample {
  const kept = Object.entries(labels).filter(([, text]) => text !== '');
  const renamed = kept.map(([key, text]) => [key === 'job' || key === 'instance' ? `exported_${key}` : key, text]);
  return { name, labels: Object.fromEntries(renamed), value: value + 0 };
}

test('a real Prometheus scrapes the page and gives back the same series', async (context) => {
  needs(context, PROMETHEUS);
  const { bridge } = bindExample({ metricProducers: [producer(nastyMetrics(1, 200).metrics)] });
  const { port } = await bridge.listen({ host: '127.0.0.1', port: 0 });
  const address = await startPrometheus(port);
  const expected = comparable(parsePage(Buffer.from(await bridge.scrape()).toString()).map(scraped));

  await expect
    .poll(async () => (await readBack(address)).length, { timeout: 15_000, interval: 250 })
    .toBeGreaterThanOrEqual(expected.length);
  expect(comparable((await readBack(address)).map(scraped))).toEqual(expected);

  const metadata = await ask<{ metric: string; type: string }[]>(address, '/api/v1/targets/metadata');
  const types = Object.fromEntries((metadata ?? []).map(({ metric, type }) => [metric, type]));
  expect(types).toMatchObject({
    llm_time_to_first_token_seconds: 'histogram',
    llm_tokens_total: 'counter',
    llm_requests_in_flight: 'gauge',
    target_info: 'gauge',
  });
});
