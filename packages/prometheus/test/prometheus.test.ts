import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PrometheusBridge, PrometheusBridgeOptions } from '../src/index';
import { comparable, nastyMetrics } from './fuzz';
import { parsePage, type Sample } from './parse-page';
import { producer } from './produce';
import { needs, PROMETHEUS, PROMETHEUS_3, type Program } from './programs';
import { ask, readBack, readNative, startPrometheus } from './real-prometheus';
import { bindExample } from './support';

/** What becomes of a sample in a scrape: labels of Prometheus' own are renamed, empty ones are none, and zero has no sign. */
function scraped({ name, labels, value }: Sample): Sample {
  const kept = Object.entries(labels).filter(([, text]) => text !== '');
  const renamed = kept.map(([key, text]) => {
    const own = key === 'job' || key === 'instance' ? `exported_${key}` : key;
    return [own, key === 'le' ? String(Number(text.replace('Inf', 'Infinity'))) : text];
  });
  return { name, labels: Object.fromEntries(renamed), value: value + 0 };
}

/** Serves the bridge, with another `Accept` where Prometheus does not let it be chosen. */
async function serve(bridge: PrometheusBridge, accept?: string): Promise<{ port: number; types: Set<string> }> {
  const types = new Set<string>();
  const server = createServer((request, response) => {
    if (accept !== undefined) request.headers.accept = accept;
    response.once('finish', () => types.add(String(response.getHeader('content-type'))));
    void bridge.handler(request, response);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return { port: (server.address() as AddressInfo).port, types };
}

interface Case {
  readonly name: string;
  readonly program: Program;
  readonly contentType: RegExp;
  readonly accept?: string;
  readonly features?: string;
  readonly scrape?: Readonly<Record<string, unknown>>;
}

const v3 = (protocol: string, contentType: RegExp): Case => ({
  name: `Prometheus 3, ${protocol}`,
  program: PROMETHEUS_3,
  contentType,
  features: 'exemplar-storage',
  scrape: { scrape_protocols: [protocol], scrape_native_histograms: false, fallback_scrape_protocol: protocol },
});

const CASES: readonly Case[] = [
  {
    name: 'Prometheus 2, text',
    program: PROMETHEUS,
    contentType: /^text\/plain; version=0\.0\.4/,
    accept: 'text/plain;version=0.0.4',
    features: 'exemplar-storage',
  },
  {
    name: 'Prometheus 2, OpenMetrics',
    program: PROMETHEUS,
    contentType: /^application\/openmetrics-text; version=1\.0\.0/,
    features: 'exemplar-storage',
  },
  v3('PrometheusText0.0.4', /^text\/plain; version=0\.0\.4/),
  v3('PrometheusText1.0.0', /^text\/plain; version=1\.0\.0/),
  v3('OpenMetricsText1.0.0', /^application\/openmetrics-text; version=1\.0\.0/),
  v3('PrometheusProto', /^application\/vnd\.google\.protobuf/),
];

/** What a page in the text format says, as Prometheus shall give it back; OpenMetrics lacks counters that count no more. */
async function expectedOf(bridge: PrometheusBridge, isOpenMetrics: boolean): Promise<string[]> {
  const page = Buffer.from(await bridge.scrape()).toString();
  const samples = parsePage(page).filter(({ name, value }) => !isOpenMetrics || !name.endsWith('_total') || value >= 0);
  return comparable(samples.map(scraped));
}

describe('a real Prometheus gives back the same series', () => {
  test.for(CASES)('$name', async ({ name: _, program, contentType, accept, ...settings }, context) => {
    needs(context, program);
    const { bridge } = bindExample({ metricProducers: [producer(nastyMetrics(1, 200).metrics)] });
    const { port, types } = await serve(bridge, accept);
    const address = await startPrometheus(port, { ...settings, command: program.command });
    const expected = await expectedOf(bridge, contentType.source.includes('openmetrics'));

    await expect
      .poll(async () => (await readBack(address)).length, { timeout: 15_000, interval: 250 })
      .toBeGreaterThanOrEqual(expected.length);
    expect(comparable((await readBack(address)).map(scraped))).toEqual(expected);
    for (const type of types) expect(type).toMatch(contentType);

    const metadata = await ask<{ metric: string; type: string; unit: string }[]>(address, '/api/v1/targets/metadata');
    const found = new Map((metadata ?? []).map(({ metric, type, unit }) => [metric, { type, unit }]));
    const counter = contentType.source.includes('openmetrics') ? 'llm_tokens' : 'llm_tokens_total';
    expect(found.get('llm_time_to_first_token_seconds')?.type).toBe('histogram');
    expect((found.get(counter) ?? found.get('llm_tokens_total'))?.type).toBe('counter');
    expect(found.get('llm_requests_in_flight')?.type).toBe('gauge');
    if (!contentType.source.includes('text\\/plain')) {
      expect(found.get('llm_time_to_first_token_seconds')?.unit).toBe('seconds');
    }
  });
});

const NATIVE: readonly Case[] = [
  { name: 'Prometheus 2', program: PROMETHEUS, contentType: /protobuf/, features: 'native-histograms' },
  {
    name: 'Prometheus 3',
    program: PROMETHEUS_3,
    contentType: /protobuf/,
    features: 'exemplar-storage',
    scrape: { scrape_native_histograms: true },
  },
];

test.for(NATIVE)(
  '$name reads exponential histograms as native ones',
  async ({ program, features, scrape = {} }, context) => {
    needs(context, program);
    const options: PrometheusBridgeOptions = { targetInfo: false };
    const { bridge } = bindExample(options);
    const { port } = await serve(bridge);
    const address = await startPrometheus(port, { command: program.command, features: features ?? '', scrape });
    await expect
      .poll(() => readNative(address, 'example_size_bytes'), { timeout: 15_000, interval: 250 })
      .toMatchObject({ count: '4', sum: '5.5' });
    const { buckets } = (await readNative(address, 'example_size_bytes')) as {
      buckets: [number, string, string, string][];
    };
    // 0, 1, 1.5 and 3, each in a bucket that holds it.
    expect(buckets.map(([, , , count]) => count)).toEqual(['1', '1', '1', '1']);
    for (const [index, value] of [0, 1, 1.5, 3].entries()) {
      const [, low, high] = buckets[index] as (typeof buckets)[number];
      expect(Number(low)).toBeLessThanOrEqual(value);
      expect(Number(high)).toBeGreaterThanOrEqual(value);
    }
  },
);

test('Prometheus 3 gives back names of any characters', async (context) => {
  needs(context, PROMETHEUS_3);
  const { bridge } = bindExample({ translationStrategy: 'NoTranslation' });
  const { port, types } = await serve(bridge);
  const address = await startPrometheus(port, { command: PROMETHEUS_3.command });
  await expect
    .poll(async () => (await readBack(address)).map(({ name }) => name), { timeout: 15_000, interval: 250 })
    .toContain('gen_ai.client.inference.duration_count');
  const sample = (await readBack(address)).find(({ name }) => name === 'gen_ai.client.inference.duration_count');
  expect(sample?.labels).toMatchObject({ 'gen_ai.operation.name': 'chat', 'server.port': '443' });
  for (const type of types) expect(type).toContain('escaping=allow-utf-8');
});
