import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RegisterOptions } from '../../src/index';
import { isolate, registerForTest } from '../support/clean';
import { COLLECTOR, Collector, lastMetrics, NO_COLLECTOR, recordSpanIds, spanIds, totalOf } from './collector';
import { makeCalls } from './load';

if (COLLECTOR === undefined) console.info(`skipped: ${NO_COLLECTOR}`);

/** The documented case is 100,000 for each protocol. */
const MANY = Number(process.env.LLM_OTEL_CALLS ?? 50_000);

let collector: Collector;
beforeEach(async () => {
  collector = new Collector();
  await collector.start();
});
afterEach(() => collector.remove());
isolate();
// The events' code is loaded on demand, here by a test runner that compiles it.
beforeAll(() => makeCalls(1, 1, true).then(() => setTimeout(1000)));

describe.skipIf(COLLECTOR === undefined)('what a real Collector wrote equals what was recorded', () => {
  test.each([
    ['http/protobuf', MANY, false, {}],
    ['http/json', MANY, false, {}],
    ['http/protobuf', 2_000, true, { compression: 'gzip' }],
    ['http/json', 2_000, true, {}],
    ['grpc', 2_000, true, {}],
  ] as const)('%s, %i calls, events %s, %j', { timeout: 120_000 }, async (protocol, calls, events, more) => {
    const endpoint = protocol === 'grpc' ? collector.grpcUrl : collector.httpUrl;
    const otlp: RegisterOptions['otlp'] = { endpoint, protocol, ...more };
    const registration = registerForTest({ otlp, prometheus: { listen: false } });
    await makeCalls(calls, 50, events);
    await registration.forceFlush({ timeoutMillis: 30_000 });
    const { queues, exporters } = registration.status();
    await registration.shutdown({ timeoutMillis: 30_000 });
    await collector.stop();

    expect(queues.spans.dropped + queues.logRecords.dropped).toBe(0);
    expect(exporters.map(({ failed }) => failed)).toEqual([0, 0, 0]);
    const spans = await spanIds(collector);
    const unique = new Set(spans);
    expect([spans.length, unique.size]).toEqual([calls, calls]);
    // The event of the call before all tests may come late, and belongs to no span here.
    const records = (await recordSpanIds(collector)).filter((id) => unique.has(id));
    expect([records.length, new Set(records).size]).toEqual(events ? [calls, calls] : [0, 0]);
    const metrics = await lastMetrics(collector);
    expect(totalOf(metrics.get('llm_requests_total'))).toBe(calls);
    expect(totalOf(metrics.get('llm_request_duration_seconds'))).toBe(calls);
    expect(totalOf(metrics.get('llm_tokens_total'))).toBe(calls * 10);
    expect(totalOf(metrics.get('gen_ai.client.inference.duration'))).toBe(calls);
  });
});

test.skipIf(COLLECTOR === undefined)('delta sums add up to what was recorded', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'delta');
  const registration = registerForTest({ otlp: { endpoint: collector.httpUrl }, prometheus: { listen: false } });
  for (const _round of [1, 2, 3]) {
    await makeCalls(100);
    await registration.forceFlush();
  }
  await registration.shutdown();
  await collector.stop();
  let total = 0;
  for await (const { resourceMetrics = [] } of collector.read('metrics')) {
    const metrics = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    total += totalOf(metrics.find(({ name }) => name === 'llm_request_duration_seconds'));
  }
  expect(total).toBe(300);
});
