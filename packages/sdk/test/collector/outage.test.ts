import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Registration } from '../../src/index';
import { isolate, registerForTest } from '../support/clean';
import { COLLECTOR, Collector, lastMetrics, NO_COLLECTOR, spanIds, totalOf } from './collector';
import { makeCalls } from './load';

if (COLLECTOR === undefined) console.info(`skipped: ${NO_COLLECTOR}`);

/** The documented case is 30; what is kept does not depend on it while the queue has room. */
const OUTAGE_SECONDS = Number(process.env.LLM_OTEL_OUTAGE_SECONDS ?? 4);

let collector: Collector;
let proxy: Server | undefined;
beforeEach(async () => {
  collector = new Collector();
  await collector.start();
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '100');
});
afterEach(async () => {
  proxy?.closeAllConnections();
  proxy?.close();
  proxy = undefined;
  await collector.remove();
});
isolate();

/** Each attempt to send ends soon, so that a short outage outlasts it. */
const register = (endpoint = collector.httpUrl, timeoutMillis = 1000): Registration =>
  registerForTest({ otlp: { endpoint, timeoutMillis, metricIntervalMillis: 500 }, prometheus: { listen: false } });

/** Stands before the Collector, and lets `refuse` answer the first requests for spans. */
async function refuseFirst(count: number, refuse: (response: ServerResponse) => void): Promise<string> {
  let left = count;
  proxy = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    if (request.url === '/v1/traces' && left-- > 0) return refuse(response);
    const headers = { 'content-type': String(request.headers['content-type']) };
    const answer = await fetch(collector.httpUrl + request.url, { method: 'POST', headers, body });
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

interface Seen {
  readonly spans: number;
  readonly unique: number;
  readonly requests: number;
  readonly dropped: number;
  readonly failed: number;
}

async function finish(registration: Registration): Promise<Seen> {
  await registration.forceFlush({ timeoutMillis: 20_000 });
  const { queues, exporters } = registration.status();
  await registration.shutdown({ timeoutMillis: 20_000 });
  await collector.stop();
  const ids = await spanIds(collector);
  return {
    spans: ids.length,
    unique: new Set(ids).size,
    requests: totalOf((await lastMetrics(collector)).get('llm_requests_total')),
    dropped: queues.spans.dropped,
    failed: exporters.find(({ signal }) => signal === 'traces')?.failed ?? 0,
  };
}

const all = (spans: number): Seen => ({ spans, unique: spans, requests: spans, dropped: 0, failed: 0 });

describe.skipIf(COLLECTOR === undefined)('a Collector that', { timeout: 120_000 }, () => {
  test(`is down for ${OUTAGE_SECONDS} s loses nothing that fits into the queue`, async () => {
    const registration = register();
    await makeCalls(300);
    await registration.forceFlush();
    await collector.stop();
    await makeCalls(1500);
    await setTimeout(OUTAGE_SECONDS * 1000);
    await collector.start();
    await makeCalls(200);
    expect(await finish(registration)).toEqual(all(2000));
  });

  test('is down while more is recorded than the queue holds: what does not fit is counted', async () => {
    const registration = register();
    await collector.stop();
    await makeCalls(5000);
    await setTimeout(1500);
    await collector.start();
    const seen = await finish(registration);
    expect(seen).toMatchObject({ failed: 0, requests: 5000, unique: seen.spans });
    expect(seen.spans + seen.dropped).toBe(5000);
    // One batch is on its way, and the queue is full.
    expect(seen.spans).toBeGreaterThanOrEqual(2048 + 1);
  });

  test('restarts amid the calls loses nothing', async () => {
    const registration = register();
    const calls = Promise.all([1, 2, 3, 4, 5].map((turn) => setTimeout(turn * 150).then(() => makeCalls(200))));
    await setTimeout(300);
    await collector.stop();
    await collector.start();
    await calls;
    expect(await finish(registration)).toEqual(all(1000));
  });

  test.each([429, 503])('answers %i with Retry-After loses nothing', async (status) => {
    const url = await refuseFirst(3, (response) => response.writeHead(status, { 'retry-after': '1' }).end());
    const registration = register(url, 1500);
    await makeCalls(500);
    await setTimeout(4500);
    expect(await finish(registration)).toEqual(all(500));
  });

  test('hangs loses the batch that had no answer, and counts it', async () => {
    const url = await refuseFirst(1, () => {});
    const registration = register(url, 500);
    await makeCalls(400);
    await setTimeout(1200);
    await makeCalls(400);
    const seen = await finish(registration);
    expect(seen).toMatchObject({ dropped: 0, requests: 800, unique: seen.spans });
    expect(seen.spans + seen.failed).toBe(800);
    expect(seen.failed).toBeGreaterThan(0);
    expect(seen.failed).toBeLessThanOrEqual(512);
  });
});
