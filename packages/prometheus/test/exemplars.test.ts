import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { exemplarsByBucket } from '../src/exemplars';
import type { PrometheusBridgeOptions } from '../src/index';
import { measureCalls, openMetricsOf } from './calls';
import { needs, PROMETHEUS, PROMETHEUS_3, PYTHON_CLIENT, run } from './programs';
import { ask, startPrometheus } from './real-prometheus';

const lines = (page: string, start: string): string[] => page.split('\n').filter((line) => line.startsWith(start));
const withExemplar = (page: string): string[] => page.split('\n').filter((line) => line.includes(' # {'));

describe('exemplars', () => {
  test('lead from a bucket and from a counter to the call', async () => {
    const { bridge, call } = measureCalls();
    const before = Date.now();
    const { traceId, spanId } = await call();
    const page = await openMetricsOf(bridge);
    const tail = new RegExp(` # \\{trace_id="${traceId}",span_id="${spanId}"\\} (\\S+) (\\S+)$`);
    const buckets = lines(page, 'llm_request_duration_seconds_bucket').filter((line) => tail.test(line));
    expect(buckets).toHaveLength(1);
    const [, value, time] = tail.exec(buckets[0] ?? '') ?? [];
    expect(Number(value)).toBeLessThanOrEqual(Number(/le="([^"]+)"/.exec(buckets[0] ?? '')?.[1]));
    expect(Number(time) * 1000).toBeGreaterThanOrEqual(before);
    expect(Number(time) * 1000).toBeLessThanOrEqual(Date.now());
    const input = lines(page, 'llm_tokens_total').find((line) => line.includes('type="input"'));
    expect(tail.exec(input ?? '')?.[1]).toBe('9');
    expect(lines(page, 'llm_requests_in_flight')[0]).not.toContain('#');
  });

  test('are one for each bucket: the newest', async () => {
    const { bridge, call } = measureCalls();
    await call();
    const { spanId } = await call();
    const page = await openMetricsOf(bridge);
    const duration = withExemplar(page).filter((line) => line.startsWith('llm_tokens_total'));
    for (const line of duration) expect(line).toContain(spanId);
  });

  test('are not in the text format', async () => {
    const { bridge, call } = measureCalls();
    await call();
    expect(withExemplar(await bridge.scrape())).toEqual([]);
  });

  test.each<[string, PrometheusBridgeOptions]>([
    ['off', { exemplars: false }],
    ['past their number', { exemplars: { limit: 0 } }],
  ])('%s: there are none', async (_, options) => {
    const { bridge, call } = measureCalls(options);
    await call();
    expect(withExemplar(await openMetricsOf(bridge))).toEqual([]);
  });

  test('past their time are gone', async () => {
    const { bridge, call } = measureCalls({ exemplars: { maxAgeMillis: 1000 } });
    await call();
    const now = Date.now();
    expect(withExemplar(await openMetricsOf(bridge))).not.toEqual([]);
    vi.spyOn(Date, 'now').mockReturnValue(now + 1001);
    onTestFinished(() => void vi.restoreAllMocks());
    expect(withExemplar(await openMetricsOf(bridge))).toEqual([]);
  });

  test('go into the bucket that counts them', () => {
    const exemplar = (value: number, epochMillis: number) => ({ labels: [], value, epochMillis });
    const all = [exemplar(1, 2), exemplar(0.5, 1), exemplar(1.5, 1), exemplar(9, 1)];
    expect(exemplarsByBucket(all, [1, 2])).toEqual([all[0], all[2], all[3]]);
  });

  test("are read by Python's reference parser", async (context) => {
    needs(context, PYTHON_CLIENT);
    const { bridge, call } = measureCalls();
    const { traceId } = await call();
    const read = `
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        if sample.exemplar: print(sample.name, sample.exemplar.labels["trace_id"])
`;
    const { said } = run('python3', ['-c', read], await openMetricsOf(bridge));
    expect(said.split('\n')).toContain(`llm_time_to_first_token_seconds_bucket ${traceId}`);
    expect(said.split('\n')).toContain(`llm_requests_total ${traceId}`);
  });
});

interface Found {
  readonly seriesLabels: Record<string, string>;
  readonly exemplars: { labels: Record<string, string>; value: string; timestamp: number }[];
}

const CASES = [
  { name: 'Prometheus 2, OpenMetrics', program: PROMETHEUS, scrape: {} },
  { name: 'Prometheus 3, OpenMetrics', program: PROMETHEUS_3, scrape: { scrape_protocols: ['OpenMetricsText1.0.0'] } },
  { name: 'Prometheus 3, protobuf', program: PROMETHEUS_3, scrape: { scrape_protocols: ['PrometheusProto'] } },
];

describe('a real Prometheus gives back the exemplars', () => {
  test.for(CASES)('$name', async ({ program, scrape }, context) => {
    needs(context, program);
    const { bridge, call } = measureCalls();
    const { traceId, spanId } = await call();
    const server = createServer(bridge.handler).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const address = await startPrometheus(port, { command: program.command, features: 'exemplar-storage', scrape });

    const query = encodeURIComponent('{job="bridge"}');
    const find = async (): Promise<Found[]> => {
      const range = `start=${Date.now() / 1000 - 60}&end=${Date.now() / 1000 + 60}`;
      return (await ask<Found[]>(address, `/api/v1/query_exemplars?query=${query}&${range}`)) ?? [];
    };
    await expect.poll(async () => (await find()).length, { timeout: 15_000, interval: 250 }).toBeGreaterThan(20);
    // The price of a call may be known later than all else.
    const kept = withExemplar(await openMetricsOf(bridge));
    await expect.poll(async () => (await find()).length, { timeout: 15_000, interval: 250 }).toBe(kept.length);
    for (const { seriesLabels, exemplars } of await find()) {
      const { __name__: name = '', le } = seriesLabels;
      expect(exemplars.map(({ labels }) => labels)).toEqual([{ trace_id: traceId, span_id: spanId }]);
      const line = kept.find(
        (one) =>
          one.startsWith(name) &&
          (le === undefined ||
            Number(/le="([^"]+)"/.exec(one)?.[1]?.replace('Inf', 'Infinity')) ===
              Number(le.replace('Inf', 'Infinity'))) &&
          Object.entries(seriesLabels).every(
            ([key, text]) => /^(__name__|le|job|instance)$/.test(key) || one.includes(`${key}="${text}"`),
          ),
      );
      const [, value, time] = /\} (\S+) (\S+)$/.exec(line ?? '') ?? [];
      expect(Number(exemplars[0]?.value)).toBe(Number(value));
      expect(exemplars[0]?.timestamp).toBeCloseTo(Number(time), 3);
    }
  });
});
