import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import * as fifteen from 'prom-client';
import { describe, expect, test } from 'vitest';
import { NameClashError } from '../src/prom-client/index';
import { comparable } from './fuzz';
import { parsePage } from './parse-page';
import { needs, PROMTOOL, run } from './programs';
import { readOwnPage, usedRegistry, VERSIONS } from './prom-client';
import { bind, bindExample, catchDiag } from './support';

const count = (provider: MeterProvider, name: string, by = 1): void =>
  provider.getMeter('test').createCounter(name).add(by);

describe.each(VERSIONS)('a registry of prom-client %s', (_, client) => {
  test('has the series of the bridge beside its own', async () => {
    const registry = usedRegistry(client);
    registry.setDefaultLabels({});
    const before = readOwnPage(await registry.metrics());
    const { bridge } = bindExample();
    await bridge.collectInto(registry);
    const expected = [...before, ...parsePage(await bridge.scrape())];
    expect(comparable(readOwnPage(await registry.metrics()))).toEqual(comparable(expected));
  });

  test('has them with its default labels, unless a series has one of the name', async () => {
    const registry = new client.Registry();
    registry.setDefaultLabels({ app: 'shop', kind: 'none' });
    const { bridge, provider } = bind();
    provider.getMeter('test').createCounter('jobs').add(1, { kind: 'mail' });
    await bridge.collectInto(registry);
    expect(readOwnPage(await registry.metrics())).toEqual([
      { name: 'jobs_total', labels: { kind: 'mail', app: 'shop' }, value: 1 },
    ]);
  });

  test('has what is new, and what there is at the time, in every page', async () => {
    const registry = new client.Registry();
    const { bridge, provider } = bind();
    await bridge.collectInto(registry);
    count(provider, 'first');
    expect(await registry.metrics()).toContain('first_total 1\n');
    count(provider, 'first');
    count(provider, 'second');
    expect(await registry.metrics()).toMatch(/first_total 2\n.*second_total 1\n/s);
    expect(await registry.getMetricsAsJSON()).toMatchObject([
      { name: 'first_total', type: 'counter' },
      { name: 'second_total' },
    ]);
  });

  test('has them without waiting for the first time', async () => {
    const registry = new client.Registry();
    const { bridge, provider } = bind();
    count(provider, 'jobs');
    const collecting = bridge.collectInto(registry);
    expect(await registry.metrics()).toContain('jobs_total 1\n');
    await collecting;
  });

  test('is as before when it stops', async () => {
    const registry = usedRegistry(client);
    const before = await registry.metrics();
    const { metrics } = registry;
    const collecting = await bindExample().bridge.collectInto(registry);
    expect(await registry.metrics()).not.toBe(before);
    collecting.stop();
    expect(await registry.metrics()).toBe(before);
    expect(registry.metrics).toBe(metrics);
  });

  test('keeps its own page when the bridge fails, and says so', async () => {
    const said = catchDiag();
    const registry = new client.Registry();
    new client.Gauge({ name: 'level', help: 'x', registers: [registry] }).set(1);
    const { bridge, provider } = bind();
    count(provider, 'jobs');
    await bridge.collectInto(registry);
    await provider.shutdown();
    expect(readOwnPage(await registry.metrics())).toEqual([{ name: 'level', labels: {}, value: 1 }]);
    expect(said).toEqual([expect.stringContaining('the bridge has been shut down')]);
  });

  test('with metrics of the same names is told of them all, and left as it was', async () => {
    const registry = new client.Registry();
    const registers = [registry];
    new client.Gauge({ name: 'jobs_total', help: 'x', registers });
    new client.Counter({ name: 'size_count', help: 'x', registers });
    new client.Counter({ name: 'fine', help: 'x', registers });
    const before = await registry.metrics();
    const { bridge, provider } = bind();
    count(provider, 'jobs');
    count(provider, 'others');
    provider.getMeter('test').createHistogram('size').record(1);
    const error = await bridge.collectInto(registry).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(NameClashError);
    expect(error).toMatchObject({ metrics: ['jobs_total', 'size_count'] });
    expect((error as Error).message).toBe(
      "the prom-client registry already has a gauge 'jobs_total', which is the name of a counter of the bridge, a counter 'size_count', which has series in common with the histogram 'size' of the bridge. Rename one of each: an OpenTelemetry instrument with a view, or drop it with one; or leave them out with { clashes: 'leave-out' }",
    );
    expect(await registry.metrics()).toBe(before);
  });

  test('keeps its own of two metrics of one name where that is wanted, or where it comes up later', async () => {
    const said = catchDiag();
    const registry = new client.Registry();
    const registers = [registry];
    new client.Gauge({ name: 'jobs_total', help: 'x', registers }).set(-1);
    const { bridge, provider } = bind();
    count(provider, 'jobs');
    count(provider, 'others');
    await bridge.collectInto(registry, { clashes: 'leave-out' });
    expect(readOwnPage(await registry.metrics())).toMatchObject([
      { name: 'jobs_total', value: -1 },
      { name: 'others_total', value: 1 },
    ]);
    new client.Gauge({ name: 'later_total', help: 'x', registers }).set(-2);
    count(provider, 'later');
    await registry.metrics();
    expect(readOwnPage(await registry.metrics()).find(({ name }) => name === 'later_total')?.value).toBe(-2);
    expect(said.map((text) => text.replace(/.*has /, ''))).toEqual([
      "a gauge 'jobs_total', which is the name of a counter of the bridge",
      "a gauge 'later_total', which is the name of a counter of the bridge",
    ]);
  });

  test('refuses by itself a metric with the name of one of ours', async () => {
    const registry = new client.Registry();
    const { bridge, provider } = bind();
    count(provider, 'jobs');
    await bridge.collectInto(registry);
    const create = () => new client.Counter({ name: 'jobs_total', help: 'x', registers: [registry] });
    expect(create).toThrow('A metric with the name jobs_total has already been registered.');
  });

  test('that is merged with another, reset or cleared, does not break', async () => {
    const registry = new client.Registry();
    const { bridge, provider } = bind();
    count(provider, 'jobs');
    await bridge.collectInto(registry);
    const merged = client.Registry.merge([registry, new client.Registry()]);
    count(provider, 'jobs');
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(await merged.metrics()).toContain('jobs_total 2\n');
    registry.resetMetrics();
    registry.clear();
    expect(await registry.metrics()).toContain('jobs_total 2\n');
  });

  test('is a page that promtool accepts', async (context) => {
    needs(context, PROMTOOL);
    const registry = new client.Registry();
    await bindExample().bridge.collectInto(registry);
    const { said } = run('promtool', ['check', 'metrics'], await registry.metrics());
    expect(said).not.toMatch(/error|parsing/);
  });
});

test('a registry in OpenMetrics has counters with one suffix, in every page', async () => {
  const registry = new fifteen.Registry();
  registry.setContentType(fifteen.Registry.OPENMETRICS_CONTENT_TYPE as never);
  const { bridge, provider } = bind();
  count(provider, 'jobs');
  await bridge.collectInto(registry);
  for (let round = 0; round < 2; round += 1) {
    expect(await registry.metrics()).toBe('# HELP jobs \n# TYPE jobs counter\njobs_total 1\n# EOF\n');
  }
});
