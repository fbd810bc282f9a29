import { describe, expect, test } from 'vitest';
import { histogram, producer, scalar } from './produce';
import { bind, bindExample, catchDiag } from './support';

describe('the page', () => {
  test('of every kind of instrument', async () => {
    const { bridge } = bindExample();
    await expect(await bridge.scrape()).toMatchFileSnapshot('golden/default.txt');
  });

  test('with scope labels and without target_info', async () => {
    const { bridge } = bindExample({ withScopeInfo: true, targetInfo: false });
    await expect(await bridge.scrape()).toMatchFileSnapshot('golden/with-scope-info.txt');
  });

  test('of nothing is empty', async () => {
    expect(await bind().bridge.scrape()).toBe('');
  });

  test('is the same again', async () => {
    const { bridge } = bindExample();
    expect(await bridge.scrape()).toBe(await bridge.scrape());
  });

  test('counts on from scrape to scrape', async () => {
    const { bridge, provider } = bind();
    const counter = provider.getMeter('test').createCounter('calls');
    counter.add(1);
    expect(await bridge.scrape()).toContain('calls_total 1\n');
    counter.add(1);
    expect(await bridge.scrape()).toContain('calls_total 2\n');
  });
});

test('a label without a value is left out, and what has the same labels then', async () => {
  const { bridge, provider } = bind();
  const gauge = provider.getMeter('test').createGauge('size');
  gauge.record(1, {});
  gauge.record(2, { kind: undefined });
  gauge.record(3, { kind: null as never });
  catchDiag();
  for (let times = 0; times < 2; times++) expect(await bridge.scrape()).toBe('# TYPE size gauge\nsize 1\n');
});

describe('families', () => {
  test('of one name and type become one, in order of name', async () => {
    const first = [scalar('counter', 'b.calls', [[{ from: '1' }, 1]]), scalar('gauge', 'a', [[{}, 1]])];
    const second = [scalar('counter', 'b_calls_total', [[{ from: '2' }, 2]], { description: 'Calls' })];
    const { bridge } = bind({ metricProducers: [producer(first, second)] });
    expect(await bridge.scrape()).toBe(
      [
        '# TYPE a gauge',
        'a 1',
        '# HELP b_calls_total Calls',
        '# TYPE b_calls_total counter',
        'b_calls_total{from="1"} 1',
        'b_calls_total{from="2"} 2',
        '',
      ].join('\n'),
    );
  });

  test('of one name and two types: the first stays, and that is said once', async () => {
    const said = catchDiag();
    const metrics = [scalar('gauge', 'size', [[{}, 1]]), histogram('size', {}, [1], [1, 0])];
    const { bridge } = bind({ metricProducers: [producer(metrics)] });
    await bridge.scrape();
    expect(await bridge.scrape()).toBe('# TYPE size gauge\nsize 1\n');
    expect(said).toEqual([expect.stringContaining("'size' is a gauge already, and this is a histogram")]);
  });

  test('of a gauge and an updowncounter are both gauges', async () => {
    const metrics = [scalar('gauge', 'size', [[{ of: 'a' }, 1]]), scalar('updowncounter', 'size', [[{ of: 'b' }, 2]])];
    const { bridge } = bind({ metricProducers: [producer(metrics)] });
    expect(await bridge.scrape()).toBe('# TYPE size gauge\nsize{of="a"} 1\nsize{of="b"} 2\n');
  });

  test('without a name or with deltas are left out', async () => {
    const said = catchDiag();
    const delta = { ...scalar('counter', 'calls', [[{}, 1]]), aggregationTemporality: 0 };
    const { bridge } = bind({ metricProducers: [producer([scalar('gauge', '***', [[{}, 1]]), delta])] });
    expect(await bridge.scrape()).toBe('');
    expect(said).toEqual([
      expect.stringContaining("'***' left out: nothing of its name is valid"),
      expect.stringContaining("'calls' left out: its producer hands out deltas"),
    ]);
  });
});

describe('series', () => {
  test('with the same labels: the first stays, and that is said once', async () => {
    const said = catchDiag();
    const points = [
      scalar('counter', 'calls', [
        [{ code: 200 }, 1],
        [{ code: '200' }, 2],
      ]),
    ];
    const { bridge } = bind({
      metricProducers: [producer(points, [scalar('counter', 'calls', [[{ code: 200 }, 3]])])],
    });
    await bridge.scrape();
    expect(await bridge.scrape()).toBe('# TYPE calls_total counter\ncalls_total{code="200"} 1\n');
    expect(said).toEqual([expect.stringContaining("a series of 'calls_total' left out")]);
  });

  test('of two scopes differ by their scope labels', async () => {
    const metrics = () => [scalar('gauge', 'size', [[{ 'otel.scope.name': 'mine' }, 1]])];
    const { bridge } = bind({ withScopeInfo: true, metricProducers: [producer(metrics(), metrics())] });
    expect(await bridge.scrape()).toBe(
      [
        '# TYPE size gauge',
        'size{otel_scope_name="scope-1",otel_scope_version="1.0",exported_otel_scope_name="mine"} 1',
        'size{otel_scope_name="scope-2",otel_scope_version="2.0",exported_otel_scope_name="mine"} 1',
        '',
      ].join('\n'),
    );
  });

  test('of a histogram keep an attribute that is called le, under another name', async () => {
    const { bridge } = bind({ metricProducers: [producer([histogram('size', { le: 'x' }, [1], [1, 2], 9)])] });
    expect(await bridge.scrape()).toBe(
      [
        '# TYPE size histogram',
        'size_bucket{exported_le="x",le="1"} 1',
        'size_bucket{exported_le="x",le="+Inf"} 3',
        'size_sum{exported_le="x"} 9',
        'size_count{exported_le="x"} 3',
        '',
      ].join('\n'),
    );
  });

  test('of a histogram without a sum have none', async () => {
    const { bridge } = bind({ metricProducers: [producer([histogram('size', {}, [], [3])])] });
    expect(await bridge.scrape()).toBe('# TYPE size histogram\nsize_bucket{le="+Inf"} 3\nsize_count 3\n');
  });
});
