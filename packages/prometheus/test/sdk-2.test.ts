import { afterAll, expect, test, vi } from 'vitest';

// Stands for an application that is still on SDK 2.12, which only takes api 1.9.
vi.mock('@opentelemetry/sdk-metrics', () => import('../../testing/sdk-2/node_modules/@opentelemetry/sdk-metrics'));
vi.mock('@opentelemetry/api', () => import('../../testing/sdk-2/node_modules/@opentelemetry/api'));

afterAll(() => {
  vi.doUnmock('@opentelemetry/sdk-metrics');
  vi.doUnmock('@opentelemetry/api');
});

test('the page is the same with SDK 2.12 and api 1.9', async () => {
  const { MetricReader } = await import('@opentelemetry/sdk-metrics');
  const two = await import('../../testing/sdk-2/node_modules/@opentelemetry/sdk-metrics');
  expect(MetricReader).toBe(two.MetricReader);

  const { bindExample } = await import('./support');
  const { bridge } = bindExample();
  expect(bridge).toBeInstanceOf(MetricReader);
  await expect(await bridge.scrape()).toMatchFileSnapshot('golden/default.txt');
});
