import * as client from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mergeParts } from '../src/cluster/merge';
import { type MetricPart, readParts } from '../src/cluster/part';
import type { Exemplar, SeriesValue } from '../src/family';
import { createRegistryFamilies } from '../src/prom-client/index';
import { startRemoteWrite } from '../src/push/index';
import { measureCalls, openMetricsOf } from './calls';
import { needs, PROMETHEUS, PROMETHEUS_3 } from './programs';
import { freePort, startReceiver } from './push-programs';
import { ask } from './real-prometheus';
import { bind } from './support';

const withExemplar = (page: string): string[] => page.split('\n').filter((line) => line.includes(' # {'));

describe('exemplars by remote write', () => {
  test.for([
    { program: PROMETHEUS, version: '1.0' },
    { program: PROMETHEUS_3, version: '2.0' },
  ] as const)('arrive by version $version', async ({ program, version }, context) => {
    needs(context, program);
    const address = await startReceiver(program, await freePort(), '--enable-feature=exemplar-storage');
    const { bridge, call } = measureCalls();
    const { traceId, spanId } = await call();
    const writer = startRemoteWrite(bridge, { url: `${address}/api/v1/write`, version, intervalMillis: 2 ** 30 });
    onTestFinished(() => writer.shutdown(10));
    await writer.flush();
    expect(writer.state()).toMatchObject({ lastError: undefined, lostSamples: 0 });
    const kept = withExemplar(await openMetricsOf(bridge));
    const range = `start=${Date.now() / 1000 - 60}&end=${Date.now() / 1000 + 60}`;
    const query = encodeURIComponent('{__name__=~"llm_.+|gen_ai_.+"}');
    const found = await ask<Found[]>(address, `/api/v1/query_exemplars?query=${query}&${range}`);
    expect(found?.length).toBeGreaterThan(20);
    expect(found?.length).toBeLessThanOrEqual(kept.length);
    for (const { exemplars } of found ?? []) {
      expect(exemplars.map(({ labels }) => labels)).toEqual([{ trace_id: traceId, span_id: spanId }]);
    }
  });
});

interface Found {
  readonly exemplars: { labels: Record<string, string>; value: string }[];
}

describe('exemplars of several processes', () => {
  const exemplar = (value: number, epochMillis: number): Exemplar => ({
    labels: [['trace_id', String(value)]],
    value,
    epochMillis,
  });
  const part = (kind: MetricPart['kind'], value: SeriesValue, ...exemplars: Exemplar[]) => ({
    metrics: [
      {
        name: 'metric',
        unit: '',
        description: '',
        scope: { name: 'scope' },
        kind,
        fault: undefined,
        points: [{ attributes: {}, value, ...(exemplars.length > 0 && { exemplars }) }],
      },
    ],
  });
  const merge = (...parts: ReturnType<typeof part>[]) => mergeParts(parts, () => 'last')[0]?.points[0]?.exemplars;

  test('are the newest of each bucket', () => {
    const value = { buckets: { boundaries: [1, 2], counts: [1, 1, 0] }, count: 2, sum: 2 };
    const all = [exemplar(0.5, 1), exemplar(0.6, 2), exemplar(1.5, 1)] as const;
    expect(merge(part('histogram', value, all[0], all[2]), part('histogram', value, all[1]))).toEqual([all[1], all[2]]);
  });

  test('of a counter are the newest one; where there are none, there is no list', () => {
    expect(merge(part('counter', 1, exemplar(1, 1)), part('counter', 1, exemplar(2, 2)))).toEqual([exemplar(2, 2)]);
    expect(merge(part('counter', 1), part('counter', 1))).toBeUndefined();
  });
});

test('a report of a process has the exemplars of its counters and histograms', async () => {
  const kept: Exemplar = { labels: [['trace_id', 'a']], value: 1, epochMillis: 1 };
  const source = (kind: MetricPart['kind'], name: string) => ({
    ...{ name, kind, unit: '', description: '', scope: { name: 'scope' }, distinct: true },
    points: () => [[{ attributes: {}, value: 1 }]],
  });
  const sources = [source('counter', 'calls'), source('counter', 'others'), source('gauge', 'calls')];
  const parts = await readParts(sources, (name) => (name === 'calls' ? [kept] : []));
  expect(parts.map(({ points }) => points[0]?.exemplars)).toEqual([[kept], undefined, undefined]);
});

describe('exemplars and prom-client', () => {
  const openMetrics = client.Registry.OPENMETRICS_CONTENT_TYPE;

  test('of ours are in its page', async () => {
    const { bridge, call } = measureCalls();
    const { traceId } = await call();
    const registry = new client.Registry();
    registry.setContentType(openMetrics as never);
    const collecting = await bridge.collectInto(registry);
    onTestFinished(() => collecting.stop());
    const theirs = withExemplar(await registry.metrics());
    const ours = withExemplar(await openMetricsOf(bridge));
    for (const line of theirs) expect(line).toContain(`trace_id="${traceId}"`);
    expect(theirs).toHaveLength(ours.length);
  });

  test('of its own are in ours, unless they are longer than OpenMetrics allows', async () => {
    const registry = new client.Registry();
    registry.setContentType(openMetrics as never);
    const common = { help: 'x', registers: [registry as never], enableExemplars: true };
    const counter = new client.Counter({ ...common, name: 'jobs_total' });
    const histogram = new client.Histogram({ ...common, name: 'times', buckets: [1, 2] });
    counter.inc({ value: 3, exemplarLabels: { trace_id: 'a' } });
    histogram.observe({ value: 1.5, labels: {}, exemplarLabels: { trace_id: 'b' } });
    const own = createRegistryFamilies(registry as never);
    const long: Exemplar = { labels: [['trace_id', 'é'.repeat(121)]], value: 1, epochMillis: Date.now() };
    const other = {
      name: 'long_total',
      type: 'counter',
      help: '',
      unit: '',
      series: [{ labels: {}, value: 1 }],
    } as const;
    const { bridge } = bind({
      familyProducers: [
        own,
        { collectFamilies: async () => [{ ...other, series: [{ labels: {}, value: 1, exemplars: [long] }] }] },
      ],
    });
    const lines = withExemplar(await openMetricsOf(bridge)).map((line) => line.replace(/ \S+$/, ''));
    expect(lines).toEqual(['jobs_total 3 # {trace_id="a"} 3', 'times_bucket{le="2.0"} 1 # {trace_id="b"} 1.5']);
  });
});
