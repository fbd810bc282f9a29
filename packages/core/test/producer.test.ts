import { metrics } from '@opentelemetry/api';
import { AggregationTemporality, MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMetricProducer, hasUnattachedProducer, type LlmMetricProducer } from '../src/producer';
import { wrapClient } from '../src/wrap';
import { createFakeClient, type FakeChunk, FakeStream, provider } from './fake-sdk';

class TestReader extends MetricReader {
  protected override async onShutdown() {}
  protected override async onForceFlush() {}
}

/** Chunks with the milliseconds that the server takes before each. */
type Script = readonly (readonly [millis: number, chunk: FakeChunk])[];

const TOKEN: FakeChunk = { kind: 'text', model: 'fake-1' };
const SCRIPT: Script = [
  [50, { model: 'fake-1' }],
  [150, { kind: 'reasoning' }],
  [20, TOKEN],
  [30, TOKEN],
  [5, {}],
  [15, TOKEN],
  [100, TOKEN],
  [1, { end: 'stop' }],
];

async function* play(script: Script) {
  for (const [millis, chunk] of script) {
    vi.advanceTimersByTime(millis);
    yield chunk;
  }
}

async function consume(client: ReturnType<typeof createFakeClient<Promise<FakeStream>>>, spentMillis = 0) {
  for await (const _ of await client.chat.create({ model: 'fake-1' })) vi.advanceTimersByTime(spentMillis);
}

const createClient = () =>
  wrapClient(
    createFakeClient(async () => new FakeStream(() => play(SCRIPT))),
    provider,
  );

const GAPS = ['llm_inter_token_latency_seconds', 'gen_ai.client.inference.time_per_output_chunk'];

async function gapsOf(reader: TestReader): Promise<Record<string, MetricData>> {
  const { resourceMetrics } = await reader.collect();
  const all = resourceMetrics.scopeMetrics.flatMap(({ metrics: list }) => list);
  return Object.fromEntries(
    all.filter(({ descriptor }) => GAPS.includes(descriptor.name)).map((data) => [data.descriptor.name, data]),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: one shape of point is enough for a histogram.
const pointOf = (data: MetricData | undefined): any => data?.dataPoints[0]?.value;

let producers: LlmMetricProducer[] = [];

function start(options: { producer?: LlmMetricProducer; temporality?: AggregationTemporality } = {}): TestReader {
  const { producer, temporality = AggregationTemporality.CUMULATIVE } = options;
  if (producer !== undefined) producers.push(producer);
  const reader = new TestReader({
    aggregationTemporalitySelector: () => temporality,
    metricProducers: producer === undefined ? [] : [producer],
  });
  metrics.disable();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  return reader;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  for (const producer of producers) producer.detach();
  producers = [];
  metrics.disable();
  vi.useRealTimers();
});

describe.each([
  ['with the metric producer', () => createMetricProducer()],
  ['without it', () => undefined],
])('gaps %s', (_, create) => {
  it('leave out the time before the first, count once per chunk, and span chunks without content', async () => {
    const reader = start({ producer: create() });
    await consume(createClient());
    const gaps = await gapsOf(reader);
    // Tokens at 200, 220, 250, 270 (after an empty chunk at 255), 370: gaps of 20, 30, 20, 100 ms.
    const token = pointOf(gaps[GAPS[0]!]);
    expect(token).toMatchObject({ count: 4, min: 0.02, max: 0.1 });
    expect(token.sum).toBeCloseTo(0.17, 9);
    // Every chunk after the first: 150, 20, 30, 5, 15, 100, 1 ms.
    const chunk = pointOf(gaps[GAPS[1]!]);
    expect(chunk).toMatchObject({ count: 7, min: 0.001, max: 0.15 });
    expect(chunk.sum).toBeCloseTo(0.321, 9);
    expect(gaps[GAPS[0]!]!.dataPoints[0]!.attributes).toEqual({ provider: 'fake', model: 'fake-1', operation: 'chat' });
    expect(gaps[GAPS[1]!]!.dataPoints[0]!.attributes).toMatchObject({ 'gen_ai.response.model': 'fake-1' });
  });

  it("leave out the consumer's time", async () => {
    const reader = start({ producer: create() });
    await consume(createClient(), 1000);
    expect(pointOf((await gapsOf(reader))[GAPS[0]!]).sum).toBeCloseTo(0.17, 9);
  });

  it('of several calls add up', async () => {
    const reader = start({ producer: create() });
    const client = createClient();
    await consume(client);
    await consume(client);
    expect(pointOf((await gapsOf(reader))[GAPS[0]!])).toMatchObject({ count: 8 });
    await consume(client);
    expect(pointOf((await gapsOf(reader))[GAPS[0]!])).toMatchObject({ count: 12 });
  });
});

it('with delta temporality each collection has what is new', async () => {
  const producer = createMetricProducer({ temporality: 'delta' });
  const reader = start({ producer, temporality: AggregationTemporality.DELTA });
  const client = createClient();
  await consume(client);
  const first = (await gapsOf(reader))[GAPS[0]!]!;
  expect(pointOf(first).count).toBe(4);
  expect(first.aggregationTemporality).toBe(AggregationTemporality.DELTA);
  vi.advanceTimersByTime(1000);
  expect(await gapsOf(reader)).toEqual({});
  await consume(client);
  await consume(client);
  const third = (await gapsOf(reader))[GAPS[0]!]!;
  expect(pointOf(third).count).toBe(8);
  expect(third.dataPoints[0]!.startTime[0]).toBeGreaterThan(first.dataPoints[0]!.startTime[0]);
});

it('the producer reports the same point as the API does', async () => {
  const api = start();
  await consume(createClient());
  const recorded = await gapsOf(api);
  const produced = start({ producer: createMetricProducer() });
  await consume(createClient());
  const handed = await gapsOf(produced);
  for (const name of GAPS) {
    const { buckets, count, min, max } = pointOf(recorded[name]);
    expect(pointOf(handed[name])).toMatchObject({ buckets, count, min, max });
    expect(pointOf(handed[name]).sum).toBeCloseTo(pointOf(recorded[name]).sum, 9);
    expect(recorded[name]!.descriptor).toMatchObject(handed[name]!.descriptor);
  }
});

it('a detached producer leaves the gaps to the API', async () => {
  const producer = createMetricProducer();
  const reader = start({ producer });
  producer.detach();
  await consume(createClient());
  expect(pointOf((await gapsOf(reader))[GAPS[0]!]).count).toBe(4);
});

it('an attached producer serves the provider it was attached to', async () => {
  const producer = createMetricProducer();
  const reader = new TestReader({ metricProducers: [producer] });
  const meterProvider = new MeterProvider({ readers: [reader] });
  producer.attach(meterProvider);
  producers.push(producer);
  const client = createFakeClient(async () => new FakeStream(() => play(SCRIPT)));
  await consume(wrapClient(client, provider, { meterProvider }));
  expect(pointOf((await gapsOf(reader))[GAPS[0]!]).count).toBe(4);
});

it('one detached producer does not take the gaps from another', async () => {
  const [gone, there] = [createMetricProducer(), createMetricProducer()];
  const reader = new TestReader({ metricProducers: [there] });
  const meterProvider = new MeterProvider({ readers: [reader] });
  for (const producer of [gone, there]) producer.attach(meterProvider);
  producers.push(there);
  gone.detach();
  gone.detach();
  const client = createFakeClient(async () => new FakeStream(() => play(SCRIPT)));
  await consume(wrapClient(client, provider, { meterProvider }));
  const { resourceMetrics } = await there.collect();
  expect(resourceMetrics.scopeMetrics[0]!.metrics.map(({ descriptor }) => descriptor.name)).toEqual(GAPS);
  expect(pointOf((await gapsOf(reader))[GAPS[0]!]).count).toBe(4);
});

it('a producer that is attached elsewhere serves the one before no more', async () => {
  const producer = createMetricProducer();
  producers.push(producer);
  const [before, after] = [new TestReader(), new TestReader({ metricProducers: [producer] })];
  const [first, second] = [new MeterProvider({ readers: [before] }), new MeterProvider({ readers: [after] })];
  for (const meterProvider of [first, second]) producer.attach(meterProvider);
  for (const meterProvider of [first, second]) {
    const client = createFakeClient(async () => new FakeStream(() => play(SCRIPT)));
    await consume(wrapClient(client, provider, { meterProvider }));
  }
  for (const reader of [before, after]) expect(pointOf((await gapsOf(reader))[GAPS[0]!]).count).toBe(4);
});

it('a producer that was detached may be attached again, and detached again', async () => {
  const producer = createMetricProducer();
  const reader = new TestReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  for (let time = 0; time < 2; time++) {
    producer.attach(meterProvider);
    producer.detach();
  }
  const client = createFakeClient(async () => new FakeStream(() => play(SCRIPT)));
  await consume(wrapClient(client, provider, { meterProvider }));
  expect(pointOf((await gapsOf(reader))[GAPS[0]!]).count).toBe(4);
});

it('a producer serves the global provider until it is attached or detached', () => {
  expect(hasUnattachedProducer()).toBe(false);
  const [attached, detached] = [createMetricProducer(), createMetricProducer()];
  attached.attach(new MeterProvider());
  expect(hasUnattachedProducer()).toBe(true);
  detached.detach();
  expect(hasUnattachedProducer()).toBe(false);
  attached.detach();
  attached.detach();
  expect(hasUnattachedProducer()).toBe(false);
});

it('a producer has nothing where nothing was measured', async () => {
  const producer = createMetricProducer();
  start({ producer });
  expect((await producer.collect()).resourceMetrics.scopeMetrics).toEqual([]);
  createClient();
  expect((await producer.collect()).resourceMetrics.scopeMetrics).toEqual([]);
});

it('a producer has no instrument that nothing was counted in, and says whose the others are', async () => {
  const producer = createMetricProducer();
  start({ producer });
  const script: Script = [
    [10, {}],
    [10, {}],
    [10, { end: 'stop' }],
  ];
  await consume(
    wrapClient(
      createFakeClient(async () => new FakeStream(() => play(script))),
      provider,
    ),
  );
  const { scopeMetrics } = (await producer.collect()).resourceMetrics;
  expect(scopeMetrics).toMatchObject([
    {
      scope: {
        name: '@grump/llm-otel-core',
        version: expect.stringMatching(/^\d/),
        schemaUrl: expect.stringMatching(/gen-ai/),
      },
      metrics: [{ descriptor: { name: 'gen_ai.client.inference.time_per_output_chunk' } }],
    },
  ]);
});

it('gaps have the model that answered, which the second chunk may be the first to name', async () => {
  const producer = createMetricProducer();
  start({ producer });
  const script: Script = [
    [10, {}],
    [10, { kind: 'text', model: 'late-1' }],
    [10, { kind: 'text', end: 'stop' }],
  ];
  await consume(
    wrapClient(
      createFakeClient(async () => new FakeStream(() => play(script))),
      provider,
    ),
  );
  const [scope] = (await producer.collect()).resourceMetrics.scopeMetrics;
  const chunks = scope!.metrics.find(({ descriptor }) => descriptor.name === GAPS[1])!;
  expect(chunks.dataPoints).toMatchObject([{ attributes: { 'gen_ai.response.model': 'late-1' }, value: { count: 2 } }]);
});
