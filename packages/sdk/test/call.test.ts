import { createMetricProducer } from '@grump/llm-otel-core';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isolate, registerForTest } from './support/clean';
import { type Receiver, startReceiver } from './support/receiver';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());
isolate();

const CHUNKS = ['', 'Hel', 'lo', '!'].map((content, index) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'meta/llama-3.1-8b-instruct',
  choices: [{ index: 0, delta: { content }, finish_reason: index === 3 ? 'stop' : null }],
  ...(index === 3 && { usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } }),
}));
const BODY = [...CHUNKS.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
const answer = async (): Promise<Response> => new Response(BODY, { headers: { 'content-type': 'text/event-stream' } });

async function chat(): Promise<void> {
  const client = wrapOpenAI(
    new OpenAI({ baseURL: 'https://integrate.api.nvidia.com/v1', apiKey: 'none', fetch: answer }),
  );
  const messages = [{ role: 'user', content: 'Hi' }] as const;
  const stream = await client.chat.completions.create({
    model: 'meta/llama-3.1-8b-instruct',
    messages: [...messages],
    stream: true,
  });
  for await (const _chunk of stream);
}

interface SentMetric {
  readonly name: string;
  readonly histogram?: { aggregationTemporality: number; dataPoints: { count: number }[] };
}

function sentMetrics(index: number): Map<string, SentMetric> {
  const { resourceMetrics } = JSON.parse(String(receiver.to('metrics')[index]?.body));
  const all: SentMetric[] = resourceMetrics[0].scopeMetrics.flatMap(
    (scope: { metrics: SentMetric[] }) => scope.metrics,
  );
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  return new Map(all.map((metric) => [metric.name, metric]));
}

test.each(['cumulative', 'delta'])('a call is on /metrics and goes out over OTLP, %s', async (temporality) => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', temporality);
  const otlp = { endpoint: receiver.url, protocol: 'http/json' } as const;
  const registration = registerForTest({ otlp, prometheus: { listen: false } });

  await chat();
  await registration.forceFlush();
  await chat();
  await registration.forceFlush();

  const page = await (await registration.metricsFetch(new Request('http://app/metrics'))).text();
  const labels = 'model="meta/llama-3.1-8b-instruct",operation="chat",provider="nvidia-nim"';
  expect(page).toMatch(/^llm_requests_total\{.*outcome="ok".*\} 2$/m);
  expect(page).toMatch(/^llm_tokens_total\{.*type="output".*\} 6$/m);
  expect(page).toMatch(/^llm_time_to_first_token_seconds_count\{.*\} 2$/m);
  expect(page).toMatch(/^llm_inter_token_latency_seconds_count\{.*\} 4$/m);
  expect(page).toContain(labels);

  const gaps = [0, 1].map((index) => sentMetrics(index).get('llm_inter_token_latency_seconds')?.histogram);
  const delta = temporality === 'delta';
  expect(gaps.map((one) => one?.aggregationTemporality)).toEqual(delta ? [1, 1] : [2, 2]);
  expect(gaps.map((one) => one?.dataPoints[0]?.count)).toEqual(delta ? [2, 2] : [2, 4]);

  const spans = receiver.to('traces').map(({ body }) => JSON.parse(String(body)).resourceSpans[0].scopeSpans[0].spans);
  expect(spans.flat().map(({ name }: { name: string }) => name)).toEqual(
    Array(2).fill('chat meta/llama-3.1-8b-instruct'),
  );
});

test('a client that was wrapped before register() is measured, and again after the next one', async () => {
  const client = wrapOpenAI(
    new OpenAI({ baseURL: 'https://integrate.api.nvidia.com/v1', apiKey: 'none', fetch: answer }),
  );
  const call = () =>
    client.chat.completions.create({ model: 'm', messages: [], stream: true }).then(async (stream) => {
      for await (const _chunk of stream);
    });
  for (const _round of [1, 2]) {
    const registration = registerForTest({ prometheus: { listen: false } });
    await call();
    const page = await (await registration.metricsFetch(new Request('http://app/metrics'))).text();
    expect(page).toMatch(/^llm_requests_total\{.*\} 1$/m);
    await registration.shutdown();
  }
});

test.each([
  ['none', () => []],
  ['one', () => [createMetricProducer()]],
])('a reader of the application with %s metric producer has every gap, and so has the page', async (_, make) => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const metricProducers = make();
  const metricReaders = [new PeriodicExportingMetricReader({ exporter, metricProducers })];
  const registration = registerForTest({ metricReaders, prometheus: { listen: false } });
  await chat();
  await registration.forceFlush();
  for (const producer of metricProducers) producer.detach();

  const page = await (await registration.metricsFetch(new Request('http://app/metrics'))).text();
  expect(page).toMatch(/^llm_inter_token_latency_seconds_count\{.*\} 2$/m);
  const sent = exporter.getMetrics()[0]?.scopeMetrics.flatMap(({ metrics }) => metrics);
  const gaps = sent?.filter(({ descriptor }) => descriptor.name === 'llm_inter_token_latency_seconds');
  expect(gaps).toHaveLength(1);
  expect(gaps?.[0]?.dataPoints[0]?.value).toMatchObject({ count: 2 });
});
