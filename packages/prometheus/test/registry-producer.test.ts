import { DataPointType, type MetricData, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { describe, expect, test } from 'vitest';
import { formatBound } from '../src/numbers';
import { createRegistryFamilies, createRegistryProducer } from '../src/prom-client/index';
import { comparable } from './fuzz';
import { parsePage, type Sample } from './parse-page';
import { readOwnPage, usedRegistry, VERSIONS } from './prom-client';
import { bind } from './support';

async function collect(producer: MetricProducer): Promise<MetricData[]> {
  const { resourceMetrics, errors } = await producer.collect();
  expect(errors).toEqual([]);
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
}

/** The samples that `prom-client` would print. */
function samplesOf(metric: MetricData): Sample[] {
  const { name } = metric.descriptor;
  return metric.dataPoints.flatMap(({ attributes, value }) => {
    const labels = attributes as Record<string, string>;
    if (typeof value === 'number') return [{ name, labels, value }];
    if (!('buckets' in value)) throw new Error('prom-client has no exponential histograms');
    let total = 0;
    const bounds = [...value.buckets.boundaries, Number.POSITIVE_INFINITY];
    const buckets = bounds.map((bound, index) => {
      total += value.buckets.counts[index] ?? 0;
      return { name: `${name}_bucket`, labels: { ...labels, le: formatBound(bound) }, value: total };
    });
    const rest = [
      { name: `${name}_sum`, labels, value: value.sum ?? 0 },
      { name: `${name}_count`, labels, value: value.count },
    ];
    return [...buckets, ...rest];
  });
}

/** Bounds as numbers, whoever printed them. */
const plain = (sample: Sample): Sample =>
  'le' in sample.labels && sample.labels.le !== '+Inf'
    ? { ...sample, labels: { ...sample.labels, le: formatBound(Number(sample.labels.le)) } }
    : sample;

describe.each(VERSIONS)('the metrics of a registry of prom-client %s', (_, client) => {
  test('go out with the names, labels and values of its own page', async () => {
    const registry = usedRegistry(client);
    const metrics = await collect(createRegistryProducer(registry));
    const page = readOwnPage(await registry.metrics());
    expect(comparable(metrics.flatMap(samplesOf))).toEqual(comparable(page.map(plain)));
  });

  test('are all there of a process that has been measured by default', async () => {
    const registry = new client.Registry();
    client.collectDefaultMetrics({ register: registry });
    const seriesOf = (samples: Sample[]) => comparable(samples.map((sample) => ({ ...plain(sample), value: 0 })));
    const page = await registry.metrics();
    const metrics = await collect(createRegistryProducer(registry));
    expect(metrics.length).toBeGreaterThan(15);
    expect(seriesOf(metrics.flatMap(samplesOf))).toEqual(seriesOf(readOwnPage(page)));
  });

  test("are on the bridge's own page beside its own, summaries too", async () => {
    const registry = usedRegistry(client);
    const { bridge, provider } = bind({ familyProducers: [createRegistryFamilies(registry)] });
    provider.getMeter('test').createCounter('own').add(1);
    const own = { name: 'own_total', labels: {}, value: 1 };
    const expected = [own, ...readOwnPage(await registry.metrics())].map(plain);
    const page = await bridge.scrape();
    expect(comparable(parsePage(page).map(plain))).toEqual(comparable(expected));
    expect(page).toContain('# TYPE sizes summary\n');
  });

  test('do not come back when they are those of a bridge', async () => {
    const registry = new client.Registry();
    const { bridge, provider } = bind({ familyProducers: [createRegistryFamilies(registry)] });
    provider.getMeter('test').createCounter('own').add(1);
    await bridge.collectInto(registry);
    expect(await bridge.scrape()).toBe('# TYPE own_total counter\nown_total 1\n');
    expect(await collect(createRegistryProducer(registry))).toEqual([]);
  });

  test('types, descriptions and buckets stay', async () => {
    const metrics = await collect(createRegistryProducer(usedRegistry(client)));
    const found = Object.fromEntries(metrics.map((metric) => [metric.descriptor.name, metric]));
    expect(found.jobs_total).toMatchObject({ dataPointType: DataPointType.SUM, isMonotonic: true });
    expect(found.jobs_total?.descriptor.description).toBe('Jobs "done" \\ or\nnot');
    expect(found.level).toMatchObject({ dataPointType: DataPointType.GAUGE });
    expect(found.times_seconds).toMatchObject({ dataPointType: DataPointType.HISTOGRAM });
    expect(found.times_seconds?.dataPoints[0]?.value).toEqual({
      buckets: { boundaries: [0.005, 0.25, 1, 1_000_000], counts: [1, 1, 1, 0, 1] },
      count: 4,
      sum: 5_000_000.551,
    });
    expect(found.sizes).toMatchObject({ dataPointType: DataPointType.GAUGE });
    expect(found.sizes_sum).toMatchObject({ dataPointType: DataPointType.SUM, dataPoints: [{ value: 110 }] });
    expect(found.sizes_count).toMatchObject({ dataPointType: DataPointType.SUM, dataPoints: [{ value: 5 }] });
  });

  test('reading leaves the registry as it was', async () => {
    const registry = usedRegistry(client);
    await collect(createRegistryProducer(registry));
    registry.setDefaultLabels({});
    expect(await registry.metrics()).not.toContain('shop');
  });

  test('one metric that fails or hangs is told of, and the others go out', async () => {
    const registry = new client.Registry();
    const fail = () => Promise.reject(new Error('no reading'));
    new client.Gauge({ name: 'failing', help: 'x', registers: [registry], collect: fail });
    new client.Gauge({ name: 'hanging', help: 'x', registers: [registry], collect: () => new Promise(() => {}) });
    new client.Gauge({ name: 'fine', help: 'x', registers: [registry] }).set(1);
    const { resourceMetrics, errors } = await createRegistryProducer(registry, { timeoutMillis: 50 }).collect();
    expect(resourceMetrics.scopeMetrics[0]?.metrics.map(({ descriptor }) => descriptor.name)).toEqual(['fine']);
    expect(errors.map(String)).toEqual(['Error: no reading', expect.stringContaining('longer than 50 ms')]);
  });

  test('a counter that was reset starts anew, the others with the process', async () => {
    const registry = new client.Registry();
    const [one, two] = ['one', 'two'].map((name) => new client.Counter({ name, help: 'x', registers: [registry] }));
    const producer = createRegistryProducer(registry);
    one!.inc(5);
    two!.inc(5);
    const starts = async () => (await collect(producer)).map(({ dataPoints }) => dataPoints[0]!.startTime);
    const [before] = await starts();
    expect(before![0] * 1000).toBeLessThanOrEqual(performance.timeOrigin);
    expect(before![0] * 1000).toBeGreaterThan(performance.timeOrigin - 1001);
    one!.reset();
    const after = await starts();
    expect(after[0]![0] * 1e9 + after[0]![1]).toBeGreaterThan(before![0] * 1e9 + before![1]);
    expect(after[1]).toEqual(before);
  });
});

test('counters of a registry in OpenMetrics keep their suffix, before its page was printed and after', async () => {
  const [, client] = VERSIONS[1]!;
  const registry = new client.Registry();
  registry.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE as never);
  for (const name of ['jobs_total', 'bare']) new client.Counter({ name, help: 'x', registers: [registry] });
  const names = async () => (await collect(createRegistryProducer(registry))).map(({ descriptor }) => descriptor.name);
  expect(await names()).toEqual(['jobs_total', 'bare_total']);
  await registry.metrics();
  expect(await names()).toEqual(['jobs_total', 'bare_total']);
});
