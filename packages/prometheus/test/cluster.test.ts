import { beforeAll, describe, expect, test } from 'vitest';
import { bundleApp, startApp } from './cluster/start';
import { parsePage, type Sample } from './parse-page';

let file = '';
beforeAll(async () => {
  file = await bundleApp();
});

function read(page: Sample[], name: string, labels: Record<string, string> = {}): number | undefined {
  const fits = (sample: Sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value);
  return page.find((sample) => sample.name === name && fits(sample))?.value;
}

describe('the page of the primary', () => {
  test('adds up counters, up-down counters and histograms; gauges follow their rule', async () => {
    const app = await startApp(file);
    const [one, two, thread] = await Promise.all([app.fork(), app.fork(), app.spawn()]);
    await app.order({ measure: { jobs: 1, waiting: 2, sizes: [0.5], heat: 5, memory: 1 } });
    await one({ measure: { jobs: 10, waiting: 20, sizes: [5, 50], heat: 9, memory: 10 } });
    await two({ measure: { jobs: 100, kind: 'other', waiting: -1, sizes: [2 ** 40], heat: 7, memory: 100 } });
    await thread({ measure: { jobs: 1000, waiting: 4, sizes: [0], memory: 1000 } });
    const page = await app.page();
    expect(read(page, 'jobs_total', { kind: 'none' })).toBe(1011);
    expect(read(page, 'jobs_total', { kind: 'other' })).toBe(100);
    expect(read(page, 'waiting')).toBe(25);
    expect(read(page, 'size_bucket', { le: '1' })).toBe(2);
    expect(read(page, 'size_bucket', { le: '10' })).toBe(3);
    expect(read(page, 'size_count')).toBe(5);
    expect(read(page, 'size_sum')).toBe(55.5 + 2 ** 40);
    expect(read(page, 'spread_count')).toBe(5);
    expect(read(page, 'spread_sum')).toBe(55.5 + 2 ** 40);
    expect(read(page, 'heat')).toBe(9);
    expect(read(page, 'memory')).toBe(1111);
  });

  test('has the last reading of a gauge, whoever had it, NaN too', async () => {
    const app = await startApp(file);
    const [one, two] = await Promise.all([app.fork(), app.fork()]);
    for (const [from, level] of [
      [two, 2],
      [one, 1],
      [app.order, 0],
      [one, 'NaN'],
      [two, 3],
    ] as const) {
      await from({ measure: { level } });
      expect(read(await app.page(), 'level')).toBe(Number(level));
    }
  });

  test('has threads of workers', async () => {
    const app = await startApp(file);
    const worker = await app.fork();
    const { index = -1 } = await worker({ spawn: true });
    await worker({ thread: index, order: { measure: { jobs: 7 } } });
    await worker({ measure: { jobs: 1 } });
    expect(read(await app.page(), 'jobs_total')).toBe(8);
    await worker({ terminate: index });
    expect(read(await app.page(), 'jobs_total')).toBe(8);
  });

  test('has workers and threads that were there before its bridge', async () => {
    const app = await startApp(file, { reportMillis: 0 }, { late: true });
    const [worker, thread] = [await app.fork(), await app.spawn()];
    await worker({ measure: { jobs: 1 } });
    await thread({ measure: { jobs: 10 } });
    // It asks who is there, and those who are not known yet are not waited for.
    await expect.poll(async () => read(await app.page(), 'jobs_total')).toBe(11);
  });

  test('tells of the resource what all have in common', async () => {
    const app = await startApp(file);
    await app.fork();
    const target = (await app.page()).find(({ name }) => name === 'target_info');
    expect(target?.labels).toEqual({ service_name: 'app' });
  });
});

// The SDK has no part in how processes find and lose each other.
describe.skipIf(process.env.OTEL_LEG === '2')('a worker that ends', () => {
  test('leaves its counters and histograms, and takes what was true of it alone', async () => {
    const app = await startApp(file);
    const worker = await app.fork();
    await app.order({ measure: { jobs: 1, memory: 1, waiting: 1 } });
    await worker({ measure: { jobs: 10, sizes: [3], memory: 10, waiting: 5 } });
    expect(read(await app.page(), 'memory')).toBe(11);
    await app.order({ kill: 0 });
    const page = await app.page();
    expect(read(page, 'jobs_total')).toBe(11);
    expect(read(page, 'size_count')).toBe(1);
    expect(read(page, 'memory')).toBe(1);
    expect(read(page, 'waiting')).toBe(1);
  });

  test('is counted once, whoever takes its place, also long after', async () => {
    const app = await startApp(file);
    for (const round of [1, 2, 3]) {
      const worker = await app.fork();
      await worker({ measure: { jobs: 10 } });
      expect(read(await app.page(), 'jobs_total')).toBe(10 * round);
      await app.order({ kill: round - 1 });
      expect(read(await app.page(), 'jobs_total')).toBe(10 * round);
    }
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(read(await app.page(), 'jobs_total')).toBe(30);
    expect(read(await app.page(), 'jobs_total')).toBe(30);
  });

  test('has reported by itself, so that nobody needs to scrape before', async () => {
    const app = await startApp(file, { reportMillis: 100 });
    const worker = await app.fork();
    await worker({ measure: { jobs: 10 } });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await app.order({ kill: 0 });
    expect(read(await app.page(), 'jobs_total')).toBe(10);
  });

  test.each(['flush', 'shutdown'] as const)('loses nothing after %s', async (how) => {
    const app = await startApp(file, { reportMillis: 0 });
    const worker = await app.fork();
    await worker({ measure: { jobs: 10 } });
    await worker(how === 'flush' ? { flush: true } : { shutdown: true });
    await app.order({ kill: 0 });
    expect(read(await app.page(), 'jobs_total')).toBe(10);
  });

  test('as a thread, by itself or terminated, is the same', async () => {
    const app = await startApp(file);
    const [one, two] = await Promise.all([app.spawn(), app.spawn()]);
    await one({ measure: { jobs: 10, memory: 1 } });
    await two({ measure: { jobs: 100, memory: 2 } });
    expect(read(await app.page(), 'memory')).toBe(3);
    await app.order({ terminate: 0 });
    expect(read(await app.page(), 'memory')).toBe(2);
    await two({ exit: true });
    await expect.poll(async () => read(await app.page(), 'memory')).toBeUndefined();
    expect(read(await app.page(), 'jobs_total')).toBe(110);
  });
});

test('a worker that is busy delays the page once and no longer than was said, and is counted again afterwards', async () => {
  const app = await startApp(file, { answerMillis: 600 });
  const [busy, idle] = await Promise.all([app.fork(), app.fork()]);
  await busy({ measure: { jobs: 10 } });
  await app.page();
  await busy({ measure: { jobs: 10 } });
  await idle({ measure: { jobs: 1 } });
  await busy({ block: 3000 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (const atMost of [1500, 500]) {
    const before = performance.now();
    expect(read(await app.page(), 'jobs_total')).toBe(11);
    expect(performance.now() - before).toBeLessThan(atMost);
  }
  await expect.poll(async () => read(await app.page(), 'jobs_total'), { timeout: 5000 }).toBe(21);
});

test('with a page for each, every process and thread has a port and shows itself alone', async () => {
  const app = await startApp(file, { pages: 'each' });
  const [worker, thread] = [await app.fork(), await app.spawn()];
  const port = 20_000 + (process.pid % 10_000);
  const urls: string[] = [];
  for (const [index, order] of [app.order, worker, thread].entries()) {
    await order({ measure: { jobs: index + 1 } });
    urls.push((await order({ listen: { host: '127.0.0.1', port } })).url ?? '');
  }
  expect(new Set(urls).size).toBe(3);
  const pages = await Promise.all(urls.map(async (url) => parsePage(await (await fetch(url)).text())));
  expect(pages.map((page) => read(page, 'jobs_total'))).toEqual([1, 2, 3]);
});

test('listen() in a worker leaves the port to the primary', async () => {
  const app = await startApp(file);
  const worker = await app.fork();
  const listen = { host: '127.0.0.1', port: 30_000 + (process.pid % 10_000) };
  await worker({ measure: { jobs: 3 } });
  const { url } = await worker({ listen });
  await expect(fetch(url ?? '')).rejects.toThrow();
  expect((await app.order({ listen })).url).toBe(url);
  expect(read(parsePage(await (await fetch(url ?? '')).text()), 'jobs_total')).toBe(3);
});
