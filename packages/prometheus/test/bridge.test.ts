import { createMetricProducer } from '@grump/llm-otel-core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { PrometheusBridge } from '../src/index';
import { LabelCache } from '../src/label-cache';
import { producer, scalar } from './produce';
import { bind, catchDiag } from './support';

afterEach(() => {
  vi.useRealTimers();
});

/** A producer whose collections wait until they are let go, and are counted. */
function gatedProducer(): { gated: MetricProducer; collections: () => number; open: () => void } {
  const inner = producer([scalar('gauge', 'size', [[{}, 1]])]);
  let open = (): void => {};
  let collections = 0;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const collect: MetricProducer['collect'] = async () => {
    collections += 1;
    await gate;
    return inner.collect();
  };
  return { gated: { collect }, collections: () => collections, open };
}

describe('scrapes that overlap', () => {
  test('share one collection, and the next one is another', async () => {
    const { gated, collections, open } = gatedProducer();
    const { bridge } = bind({ metricProducers: [gated] });
    const pages = Promise.all(Array.from({ length: 50 }, () => bridge.scrape()));
    open();
    expect(new Set(await pages).size).toBe(1);
    expect(collections()).toBe(1);
    await bridge.scrape();
    expect(collections()).toBe(2);
  });
});

describe('labels', () => {
  test('are made once for pages of all formats and for plain data', async () => {
    const { bridge, provider } = bind();
    const meter = provider.getMeter('test');
    meter.createCounter('calls').add(1, { model: 'a' });
    meter.createHistogram('seconds').record(1, { model: 'a' });
    const read = async (accept: string): Promise<unknown> =>
      (await bridge.fetch(new Request('http://localhost/metrics', { headers: { accept } }))).arrayBuffer();
    const kept = vi.spyOn(LabelCache.prototype, 'set');
    await bridge.scrape();
    expect(kept).toHaveBeenCalledTimes(2);
    await read('application/openmetrics-text;version=1.0.0');
    await read('application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited');
    await bridge.families();
    await bridge.scrape();
    expect(kept).toHaveBeenCalledTimes(2);
    kept.mockRestore();
  });
});

describe('a callback', () => {
  test('that throws leaves the rest of the page as it is, and is told of once', async () => {
    const said = catchDiag();
    const { bridge, provider } = bind();
    const meter = provider.getMeter('test');
    meter.createGauge('size').record(1);
    meter.createObservableGauge('broken').addCallback(() => {
      throw new Error('no reading');
    });
    await bridge.scrape();
    expect(await bridge.scrape()).toBe('# TYPE size gauge\nsize 1\n');
    expect(said).toEqual([
      expect.stringContaining('a callback failed, and its metrics are missing: Error: no reading'),
    ]);
  });

  test('that hangs costs four fifths of the time, and the rest of the page goes out', async () => {
    vi.useFakeTimers();
    const { bridge, provider } = bind({ timeoutMillis: 1000 });
    const meter = provider.getMeter('test');
    meter.createGauge('size').record(1);
    meter.createObservableGauge('hung').addCallback(() => new Promise(() => {}));
    const page = bridge.scrape();
    await vi.advanceTimersByTimeAsync(800);
    expect(await page).toBe('# TYPE size gauge\nsize 1\n');
  });
});

describe('a producer', () => {
  test('that hangs fails the scrape after the time is up, and the next one starts anew', async () => {
    vi.useFakeTimers();
    const { gated, open } = gatedProducer();
    const { bridge } = bind({ metricProducers: [gated], timeoutMillis: 1000 });
    const page = expect(bridge.scrape()).rejects.toThrow('collecting them took longer than 1000 ms');
    await vi.advanceTimersByTimeAsync(1000);
    await page;
    open();
    expect(await bridge.scrape()).toBe('# TYPE size gauge\nsize 1\n');
  });
});

describe('a resource', () => {
  test('whose attributes come late is waited for', async () => {
    const bridge = new PrometheusBridge();
    const resource = resourceFromAttributes({ 'host.id': Promise.resolve('h1') });
    const provider = new MeterProvider({ resource, readers: [bridge] });
    expect(await bridge.scrape()).toContain('target_info{host_id="h1"} 1\n');
    await provider.shutdown();
  });
});

describe('a bridge', () => {
  test('in no meter provider says so', async () => {
    await expect(new PrometheusBridge().scrape()).rejects.toThrow('not in the `readers` of a MeterProvider');
  });

  test('that has been shut down says so', async () => {
    const { bridge, provider } = bind();
    await provider.shutdown();
    await expect(bridge.scrape()).rejects.toThrow('the bridge has been shut down');
  });

  test('leaves no timer behind', async () => {
    vi.useFakeTimers();
    await bind().bridge.scrape();
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("core's metric producer fits the SDK's readers", () => {
  expectTypeOf(createMetricProducer()).toExtend<MetricProducer>();
});
