import { gunzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { negotiate, negotiateEncoding } from '../src/format';
import { producer, scalar } from './produce';
import { bind } from './support';

const OM = 'application/openmetrics-text';
const PROTO = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

describe('the format', () => {
  test.each([
    [undefined, TEXT],
    ['', TEXT],
    ['*/*', TEXT],
    ['text/*;q=0.5', TEXT],
    ['application/json', TEXT],
    [OM, `${OM}; version=1.0.0; charset=utf-8`],
    [`${OM}; version=1.0.0`, `${OM}; version=1.0.0; charset=utf-8`],
    [`${OM};version=0.0.1`, `${OM}; version=0.0.1; charset=utf-8`],
    [`${OM};version=2.0.0,text/plain;q=0.1`, TEXT],
    [`text/plain;version=0.0.4;q=0.5, ${OM};version=1.0.0;q=0.4`, TEXT],
    [`text/plain;version=0.0.4;q=0.4, ${OM};version=1.0.0;q=0.5`, `${OM}; version=1.0.0; charset=utf-8`],
    [`${OM};q=0, text/plain`, TEXT],
    [`${OM};q=x, text/plain`, TEXT],
    [`*/*;q=0.9, ${OM}`, `${OM}; version=1.0.0; charset=utf-8`],
    [`${OM};version=1.0.0;escaping=allow-utf-8`, `${OM}; version=1.0.0; charset=utf-8; escaping=allow-utf-8`],
    [`${OM};version="1.0.0"; Escaping="underscores"`, `${OM}; version=1.0.0; charset=utf-8; escaping=underscores`],
    [`${OM};escaping=none`, `${OM}; version=1.0.0; charset=utf-8`],
    ['text/plain;version=1.0.0;escaping=dots', 'text/plain; version=1.0.0; charset=utf-8; escaping=dots'],
    [PROTO, PROTO.replaceAll(';', '; ')],
    ['application/vnd.google.protobuf', TEXT],
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      `${OM}; version=1.0.0; charset=utf-8`,
    ],
    ['x'.repeat(10_000), TEXT],
  ])('for %j is %s', (accept, contentType) => {
    expect(negotiate(accept).contentType).toBe(contentType);
  });

  test.each([
    [undefined, 'identity'],
    ['gzip', 'gzip'],
    ['deflate, GZIP;q=0.5', 'gzip'],
    ['*', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0.5, identity', 'identity'],
    ['br', 'identity'],
  ])('and the coding for %j is %s', (header, expected) => {
    expect(negotiateEncoding(header)).toBe(expected);
  });
});

const counter = scalar('counter', 'a.b', [[{ 'x.y': '1' }, 5]], { unit: 's', description: 'say "hi"\n' });
const fault = scalar('counter', 'faulty', [
  [{ of: 'nothing' }, Number.NaN],
  [{ of: 'less' }, -1],
]);

async function page(options: Parameters<typeof bind>[0], headers: Record<string, string>): Promise<string> {
  const { bridge } = bind({ metricProducers: [producer([counter, fault])], ...options });
  return (await bridge.fetch(new Request('http://localhost/metrics', { headers }))).text();
}

describe('OpenMetrics', () => {
  test('has counters without their ending, units and escaped quotes, and no counters that count nothing', async () => {
    expect(await page({}, { accept: OM })).toBe(
      [
        '# TYPE a_b_seconds counter',
        '# UNIT a_b_seconds seconds',
        '# HELP a_b_seconds say \\"hi\\"\\n',
        'a_b_seconds_total{x_y="1"} 5',
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  test('shows a counter whose name has no ending as unknown', async () => {
    const text = await page({ translationStrategy: 'UnderscoreEscapingWithoutSuffixes' }, { accept: OM });
    expect(text).toContain('# TYPE a_b unknown\n');
    expect(text).toContain('\na_b{x_y="1"} 5\n');
  });
});

describe('names of any characters', () => {
  const strategy = { translationStrategy: 'NoUTF8EscapingWithSuffixes' } as const;

  test.each([
    [`${OM};escaping=allow-utf-8`, '{"a.b_seconds_total","x.y"="1"} 5'],
    ['text/plain;version=1.0.0;escaping=allow-utf-8', '{"a.b_seconds_total","x.y"="1"} 5'],
    ['text/plain', 'a_b_seconds_total{x_y="1"} 5'],
    ['text/plain;escaping=underscores', 'a_b_seconds_total{x_y="1"} 5'],
    ['text/plain;escaping=dots', 'a_dot_b__seconds__total{x_dot_y="1"} 5'],
    ['text/plain;escaping=values', 'U__a_2e_b__seconds__total{U__x_2e_y="1"} 5'],
  ])('for %s', async (accept, line) => {
    expect((await page(strategy, { accept })).split('\n')).toContain(line);
  });
});

describe('labels of the resource', () => {
  test('are those that were named', async () => {
    const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
    const { resourceFromAttributes } = await import('@opentelemetry/resources');
    const { PrometheusBridge } = await import('../src/index');
    const bridge = new PrometheusBridge({ resourceLabels: ['service.name', 'no.such'], targetInfo: false });
    const resource = resourceFromAttributes({ 'service.name': 'chat', 'host.id': 'h' });
    const provider = new MeterProvider({ resource, readers: [bridge] });
    provider.getMeter('test').createGauge('size').record(1, { service_name: 'mine' });
    expect(await bridge.scrape()).toBe('# TYPE size gauge\nsize{service_name="chat",exported_service_name="mine"} 1\n');
    await provider.shutdown();
  });
});

test('a compressed page is the page', async () => {
  const { bridge } = bind({ metricProducers: [producer([counter])] });
  const headers = { 'accept-encoding': 'gzip' };
  const response = await bridge.fetch(new Request('http://localhost/metrics', { headers }));
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('vary')).toBe('accept, accept-encoding');
  expect(gunzipSync(await response.arrayBuffer()).toString()).toBe(await bridge.scrape());
});

test('a page in Next is not compressed, which drops the header that says so', async () => {
  vi.stubEnv('NEXT_RUNTIME', 'nodejs');
  const { bridge } = bind({ metricProducers: [producer([counter])] });
  const headers = { 'accept-encoding': 'gzip' };
  const response = await bridge.fetch(new Request('http://localhost/metrics', { headers }));
  vi.unstubAllEnvs();
  expect(response.headers.get('content-encoding')).toBe(null);
  expect(await response.text()).toBe(await bridge.scrape());
});

describe('self-metrics', () => {
  test('tell of the page before', async () => {
    const { bridge } = bind({ metricProducers: [producer([counter, fault])], selfMetrics: true });
    const first = await bridge.scrape();
    expect(bridge.stats).toMatchObject({ pages: 1, failures: 0, series: 10, droppedSeries: 0, lastError: undefined });
    expect(bridge.stats.bytes).toBe(Buffer.byteLength(first));
    await bridge.fetch(new Request('http://localhost/metrics', { headers: { accept: OM } }));
    await expect.poll(() => bridge.stats.pages).toBe(2);
    const page = await bridge.scrape();
    expect(page).toContain('\nprometheus_bridge_pages_total 2\n');
    expect(page).toContain('\nprometheus_bridge_page_series 8\n');
    expect(page).toContain('\nprometheus_bridge_page_dropped_series 2\n');
    expect(page).toContain('\nprometheus_bridge_last_error_timestamp_seconds 0\n');
  });

  test('tell of a page that could not be made', async () => {
    const { bridge, provider } = bind({ selfMetrics: true });
    await provider.shutdown();
    await bridge.scrape().catch(() => {});
    expect(bridge.stats).toMatchObject({ failures: 1, lastError: { message: expect.stringContaining('shut down') } });
  });
});
