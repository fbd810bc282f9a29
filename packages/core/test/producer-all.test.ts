import { createTelemetry, type MetricRow } from '@grump/llm-otel-testing';
import { type Attributes, type MeterProvider, metrics } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ProviderDescriptor } from '../src/descriptor';
import { createMetricProducer, type LlmMetricProducer, type MetricProducerOptions } from '../src/producer';
import { SERIES_LIMIT } from '../src/store';
import { wrapClient } from '../src/wrap';
import { createFakeClient, provider } from './fake-sdk';
import { consume, createWrapped, pass, type Script, streamOf } from './measure';

const SCRIPT: Script = [
  [150, { kind: 'reasoning', model: 'answered-1' }],
  [20, { kind: 'text' }],
  [30, {}],
  [9000, { kind: 'text' }],
  [1, { end: 'stop', usage: { input: 2500, output: 3 } }],
];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  metrics.disable();
  vi.useRealTimers();
});

/** A meter provider whose reader has these producers, each attached. */
function start(options: readonly MetricProducerOptions[]) {
  const producers = options.map((one) => createMetricProducer({ temporality: 'delta', ...one }));
  const telemetry = createTelemetry({ metricProducers: producers });
  for (const producer of producers) producer.attach(telemetry.meterProvider);
  onTestFinished(() => telemetry.shutdown());
  return { telemetry, producers };
}

type Telemetry = ReturnType<typeof start>['telemetry'];

/** Streams, results and failures of two operations' worth of lengths. */
async function work(telemetry: Telemetry): Promise<void> {
  const stream = createWrapped(telemetry, async () => streamOf(SCRIPT), { genAi: 'both' });
  for (let call = 0; call < 3; call++) await consume(stream);
  const result = createWrapped(telemetry, () => pass(700).then(() => ({ usage: { input: 1, output: 0 } })));
  await result.chat.create({ model: 'other' });
  const failing = createWrapped(telemetry, () => pass(40).then(() => Promise.reject(new RangeError('no'))));
  await failing.chat.create({ model: 'other' }).catch(() => {});
}

const round = (value: number | undefined): number | undefined => value && Math.round(value * 1e9) / 1e9;

const rounded = (rows: readonly MetricRow[]): object[] =>
  rows.map((row) =>
    row.type === 'histogram' ? { ...row, sum: round(row.sum), min: round(row.min), max: round(row.max) } : row,
  );

/** The histograms of a producer alone, by name. */
async function produced(producer: LlmMetricProducer) {
  const { resourceMetrics, errors } = await producer.collect();
  expect(errors).toEqual([]);
  const all = resourceMetrics.scopeMetrics.flatMap(({ metrics: list }) => list);
  return Object.fromEntries(all.map((metric) => [metric.descriptor.name, metric]));
}

describe('a producer of all histograms', () => {
  it('has what the API has, to the last bucket', async () => {
    const [api, own] = [start([{ instruments: 'per-chunk' }]).telemetry, start([{ instruments: 'all' }]).telemetry];
    for (const telemetry of [api, own]) await work(telemetry);
    const rows = rounded(await own.metrics());
    expect(rows).toEqual(rounded(await api.metrics()));
    expect(rows.filter((row) => (row as MetricRow).type === 'histogram').length).toBeGreaterThan(15);
  });

  it('leaves nothing but the sums to the API', async () => {
    const { telemetry, producers } = start([{ instruments: 'all' }]);
    await work(telemetry);
    const names = Object.keys(await produced(producers[0]!));
    expect(names).toEqual(
      expect.arrayContaining(['llm_request_duration_seconds', 'gen_ai.client.token.usage', 'llm_tokens_per_second']),
    );
    const rows = await telemetry.metrics();
    expect(rows.filter(({ type }) => type === 'histogram')).toEqual([]);
    expect(rows.length).toBeGreaterThan(0);
  });

  it('says what each instrument is, and that of its kind', async () => {
    const { telemetry, producers } = start([{ instruments: 'all' }]);
    await work(telemetry);
    const { llm_request_duration_seconds: duration, 'gen_ai.client.token.usage': tokens } = await produced(
      producers[0]!,
    );
    expect(duration).toMatchObject({
      descriptor: { name: 'llm_request_duration_seconds', unit: 's', description: expect.stringMatching(/^Time from/) },
      aggregationTemporality: 0,
      dataPointType: 0,
    });
    expect([duration!.descriptor.valueType, tokens!.descriptor.valueType]).toEqual([1, 0]);
  });

  it('has what came since the last time, or since the start', async () => {
    const { telemetry, producers } = start([{ instruments: 'all' }, { instruments: 'all', temporality: 'cumulative' }]);
    const [delta, cumulative] = producers as [LlmMetricProducer, LlmMetricProducer];
    const duration = async (producer: LlmMetricProducer) =>
      (await produced(producer)).llm_request_duration_seconds?.dataPoints.map(({ value }) => [
        value.count,
        round(value.sum),
      ]);
    const client = createWrapped(telemetry, () => pass(500).then(() => ({})));
    await client.chat.create({ model: 'one' });
    expect([await duration(delta), await duration(cumulative)]).toEqual([[[1, 0.5]], [[1, 0.5]]]);
    expect([await duration(delta), await duration(cumulative)]).toEqual([undefined, [[1, 0.5]]]);
    await client.chat.create({ model: 'one' });
    await client.chat.create({ model: 'one' });
    expect([await duration(delta), await duration(cumulative)]).toEqual([[[2, 1]], [[3, 1.5]]]);
  });

  it('knows the extremes since the start, and not those since the last time', async () => {
    const { telemetry, producers } = start([{ instruments: 'all' }]);
    let millis = 1500;
    const client = createWrapped(telemetry, () => pass(millis).then(() => ({})));
    const value = async () => (await produced(producers[0]!)).llm_request_duration_seconds!.dataPoints[0]!.value;
    await client.chat.create({ model: 'one' });
    millis = 250;
    await client.chat.create({ model: 'one' });
    expect(await value()).toMatchObject({ min: 0.25, max: 1.5, count: 2 });
    await client.chat.create({ model: 'one' });
    const fresh = await value();
    expect(fresh).toMatchObject({ count: 1, sum: expect.closeTo(0.25, 9) });
    expect(fresh.buckets.counts.reduce((left, right) => left + right)).toBe(1);
    expect(fresh).not.toHaveProperty('min');
    expect(fresh).not.toHaveProperty('max');
  });

  it('says from when to when', async () => {
    const { telemetry, producers } = start([{ instruments: 'all' }, { instruments: 'all', temporality: 'cumulative' }]);
    const from = Date.now();
    const times = async (producer: LlmMetricProducer) => {
      const { startTime, endTime } = (await produced(producer)).llm_request_duration_seconds!.dataPoints[0]!;
      return [startTime, endTime].map(([seconds, nanos]) => Math.round(seconds * 1000 + nanos / 1e6) - from);
    };
    const client = createWrapped(telemetry, () => pass(400).then(() => ({})));
    await client.chat.create({ model: 'one' });
    expect([await times(producers[0]!), await times(producers[1]!)]).toEqual([
      [0, 400],
      [0, 400],
    ]);
    await client.chat.create({ model: 'one' });
    expect([await times(producers[0]!), await times(producers[1]!)]).toEqual([
      [400, 800],
      [0, 800],
    ]);
  });

  it('steps back where another producer has only the gaps, so that its reader misses nothing', async () => {
    const { telemetry, producers } = start([{ instruments: 'all' }, { instruments: 'per-chunk' }]);
    await consume(createWrapped(telemetry, async () => streamOf(SCRIPT)));
    expect(Object.keys(await produced(producers[0]!)).sort()).toEqual([
      'gen_ai.client.inference.time_per_output_chunk',
      'llm_inter_token_latency_seconds',
    ]);
    expect(await telemetry.total('llm_request_duration_seconds')).toBe(1);
  });

  it('steps back when it is detached', async () => {
    const { telemetry, producers } = start([{ instruments: 'all' }]);
    producers[0]!.detach();
    producers[0]!.detach();
    await consume(createWrapped(telemetry, async () => streamOf(SCRIPT)));
    expect(await telemetry.total('llm_request_duration_seconds')).toBe(1);
    expect(await telemetry.total('llm_inter_token_latency_seconds')).toBe(2);
  });

  it('has a series for what is too much', async () => {
    const { telemetry, producers } = start([{ instruments: 'all' }]);
    const callTo = (index: number) => {
      const descriptor: ProviderDescriptor = {
        ...provider,
        destination: () => ({ provider: `p-${index}`, baseURL: undefined }),
      };
      const client = createFakeClient(async () => ({}));
      return wrapClient(client, descriptor, { meterProvider: telemetry.meterProvider as MeterProvider }).chat.create(
        {},
      );
    };
    for (let index = 0; index < SERIES_LIMIT + 5; index++) await callTo(index);
    // Those that were there keep their series.
    await callTo(0);
    const { dataPoints } = (await produced(producers[0]!)).llm_request_duration_seconds!;
    const of = (attributes: Attributes) =>
      dataPoints.find((point) => point.attributes.provider === attributes.provider);
    expect(dataPoints).toHaveLength(SERIES_LIMIT + 1);
    expect(dataPoints.at(-1)).toMatchObject({ attributes: { 'otel.metric.overflow': true }, value: { count: 5 } });
    expect(of({ provider: 'p-0' })!.value.count).toBe(2);
    expect(of({ provider: `p-${SERIES_LIMIT - 1}` })!.value.count).toBe(1);
    // The same holds for the sums.
    const requests = (await telemetry.metrics()).filter(({ name }) => name === 'llm_requests_total');
    expect(requests).toHaveLength(SERIES_LIMIT + 1);
    expect(await telemetry.total('llm_requests_total', { 'otel.metric.overflow': true })).toBe(5);
    expect(await telemetry.total('llm_requests_total', { provider: 'p-0' })).toBe(2);
  });
});
