import { type MockNim, type OtlpReceiver, startMockNim, startOtlpReceiver } from '@grump/llm-otel-testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunningWorker, startWorker } from '../src/start-worker.ts';

let nim: MockNim;
let otlp: OtlpReceiver;
let worker: RunningWorker;

beforeAll(async () => {
  [nim, otlp] = await Promise.all([startMockNim(), startOtlpReceiver()]);
  worker = await startWorker({
    NIM_BASE_URL: nim.baseURL,
    NVIDIA_API_KEY: 'none',
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });
});
afterAll(() => Promise.all([worker?.stop(), nim?.close(), otlp?.close()]));

const ask = async (path: string): Promise<string> => (await fetch(worker.url + path)).text();

/** A counter as the isolate told it last. */
const total = (name: string, labels: object = {}): number =>
  (otlp.metrics.findLast((metric) => metric.name === name)?.points ?? [])
    .filter(({ attributes }) => Object.entries(labels).every(([key, value]) => attributes[key] === value))
    .reduce((sum, { value }) => sum + value, 0);

test('a plain call and a stream are each exported once, with their tokens', async () => {
  expect(await ask('/?q=Hi')).toBe('Hello there!');
  expect(await ask('/stream?q=Hi')).toBe('Hello there!');
  await vi.waitFor(() => expect(otlp.paths).toHaveLength(4), 10_000);

  const usage = { 'gen_ai.usage.input_tokens': 8, 'gen_ai.usage.output_tokens': 3 };
  const name = 'chat meta/llama-3.1-8b-instruct';
  expect(otlp.spans).toEqual([
    expect.objectContaining({ service: 'chat', name, attributes: expect.objectContaining(usage) }),
    expect.objectContaining({
      name,
      attributes: expect.objectContaining({ ...usage, 'gen_ai.request.stream': true }),
    }),
  ]);
  expect(total('llm_requests_total', { outcome: 'ok', operation: 'chat' })).toBe(2);
  expect(total('llm_requests_total')).toBe(2);
  expect([total('llm_tokens_total', { type: 'input' }), total('llm_tokens_total', { type: 'output' })]).toEqual([
    16, 6,
  ]);
  expect(total('llm_request_duration_seconds')).toBe(2);
  expect(total('llm_time_to_first_token_seconds')).toBe(1);
  expect(total('llm_inter_token_latency_seconds')).toBe(2);
  expect(total('gen_ai.client.inference.duration')).toBe(2);
  expect(worker.said).toEqual([]);
});

test('requests at the same time count each once', async () => {
  const before = otlp.spans.length;
  await Promise.all(Array.from({ length: 20 }, (_, index) => ask(index % 2 ? '/' : '/stream')));
  await vi.waitFor(() => expect(otlp.spans).toHaveLength(before + 20), 10_000);
  expect(new Set(otlp.spans.map(({ spanId }) => spanId)).size).toBe(before + 20);
  await vi.waitFor(() => {
    expect(Math.max(...otlp.metrics.filter((one) => one.name === 'llm_requests_total').map(sumOf))).toBe(before + 20);
  }, 10_000);
});

const sumOf = ({ points }: OtlpReceiver['metrics'][number]): number =>
  points.reduce((sum, { value }) => sum + value, 0);

test('times are those of the clock', async () => {
  const [span] = otlp.spans;
  expect(Math.abs(Number(span?.startTimeUnixNano) / 1e6 - Date.now())).toBeLessThan(60_000);
});
