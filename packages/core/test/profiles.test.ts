import { createTelemetry } from '@grump/llm-otel-testing';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { bucketViews, type GenAiProfile, INSTRUMENTS } from '../src/catalogue';
import type { ProviderDescriptor } from '../src/descriptor';
import { createMetricProducer } from '../src/producer';
import { wrapClient } from '../src/wrap';
import { createFakeClient, type FakeChunk, FakeStream, provider } from './fake-sdk';
import { useTelemetry } from './measure';

const USAGE = { input: 10, output: 5, cacheRead: 4, cacheWrite: 3, reasoning: 2 };

async function* serve(): AsyncGenerator<FakeChunk> {
  for (let chunk = 0; chunk < 3; chunk++) yield { kind: 'text' };
  yield { end: 'stop', usage: USAGE };
}

interface Played {
  readonly genAi?: GenAiProfile;
  readonly operation?: string;
  readonly produced?: boolean;
}

/** The GenAI metrics of one stream, with their values: what was counted, or how often. */
async function genAiOf({ genAi, operation = 'chat', produced = false }: Played): Promise<Record<string, unknown>> {
  const { meterProvider, metrics } = useTelemetry(produced);
  const descriptor: ProviderDescriptor = { ...provider, methods: [{ ...provider.methods[0]!, operation }] };
  const options = { meterProvider, ...(genAi !== undefined && { genAi }) };
  const client = wrapClient(
    createFakeClient(async () => new FakeStream(serve)),
    descriptor,
    options,
  );
  for await (const _ of await client.chat.create({ model: 'fake-1' }));
  const rows = (await metrics()).filter(({ name }) => name.startsWith('gen_ai.'));
  return Object.fromEntries(
    rows.map((row) => [
      [row.name, row.attributes['gen_ai.token.type']].filter((part) => part !== undefined).join(' '),
      row.type === 'histogram' ? row.count : row.value,
    ]),
  );
}

const LATEST = {
  'gen_ai.client.inference.duration': 1,
  'gen_ai.client.inference.operation.input_tokens': 1,
  'gen_ai.client.inference.operation.output_tokens': 1,
  'gen_ai.client.inference.time_per_output_chunk': 3,
  'gen_ai.client.inference.time_to_first_chunk': 1,
  'gen_ai.client.inference.usage.cache_read.input_tokens': 4,
  'gen_ai.client.inference.usage.cache_write.input_tokens': 3,
  'gen_ai.client.inference.usage.input_tokens': 10,
  'gen_ai.client.inference.usage.output_tokens': 5,
  'gen_ai.client.inference.usage.reasoning.output_tokens': 2,
};
const V1_41 = {
  'gen_ai.client.operation.duration': 1,
  'gen_ai.client.operation.time_per_output_chunk': 3,
  'gen_ai.client.operation.time_to_first_chunk': 1,
  'gen_ai.client.token.usage input': 1,
  'gen_ai.client.token.usage output': 1,
};

describe.each([
  ['with the metric producer', true],
  ['without it', false],
])('%s', (_, produced) => {
  it.each<[GenAiProfile | undefined, object]>([
    [undefined, LATEST],
    ['latest', LATEST],
    ['v1.41', V1_41],
    ['both', { ...LATEST, ...V1_41 }],
    ['off', {}],
  ])('profile %s has these GenAI metrics of an inference', async (genAi, expected) => {
    expect(await genAiOf({ produced, ...(genAi !== undefined && { genAi }) })).toEqual(expected);
  });
});

it.each(['chat', 'text_completion', 'generate_content'])('%s is an inference', async (operation) => {
  expect(await genAiOf({ operation })).toEqual(LATEST);
});

describe('an operation that is no inference', () => {
  it.each<[GenAiProfile, string[]]>([
    ['latest', ['gen_ai.client.operation.duration']],
    ['v1.41', ['gen_ai.client.operation.duration']],
    ['off', []],
  ])('has under profile %s its duration', async (genAi, expected) => {
    const names = Object.keys(await genAiOf({ operation: 'embeddings', genAi }));
    expect(names.filter((name) => /duration|token/.test(name))).toEqual(expected);
  });
});

describe('clients of one meter provider', () => {
  it('have their own profiles', async () => {
    const { meterProvider, total } = useTelemetry();
    for (const genAi of ['off', 'latest', 'v1.41', 'latest'] as const) {
      const client = wrapClient(
        createFakeClient(async () => ({})),
        provider,
        { meterProvider, genAi },
      );
      await client.chat.create({ model: 'fake-1' });
    }
    expect(await total('gen_ai.client.inference.duration')).toBe(2);
    expect(await total('gen_ai.client.operation.duration')).toBe(1);
    expect(await total('llm_requests_total')).toBe(4);
  });

  it('make each instrument once', async () => {
    const { meterProvider } = useTelemetry();
    const meter = meterProvider.getMeter('of the test');
    const made = { names: [] as string[], provider: { getMeter: () => meter } };
    for (const method of [
      'createHistogram',
      'createObservableCounter',
      'createObservableGauge',
      'createObservableUpDownCounter',
    ] as const) {
      const make = meter[method].bind(meter) as (...args: unknown[]) => never;
      vi.spyOn(meter, method).mockImplementation((name, ...args) => {
        made.names.push(name);
        return make(name, ...args);
      });
    }
    for (const genAi of ['off', 'latest', 'both', 'v1.41', 'both'] as const) {
      const client = wrapClient(
        createFakeClient(async () => new FakeStream(serve)),
        provider,
        { meterProvider: made.provider, genAi },
      );
      for await (const _ of await client.chat.create({ model: 'fake-1' }));
    }
    expect(made.names.sort()).toEqual(INSTRUMENTS.map(({ name }) => name).sort());
  });
});

describe('the bucket lists as views', () => {
  it('are those of the instruments, for all of them and nothing else', () => {
    const lists = bucketViews().map(({ instrumentName, aggregation }) => [
      instrumentName,
      aggregation.options.boundaries,
    ]);
    const expected = INSTRUMENTS.filter(({ buckets }) => buckets !== undefined).map(({ name, buckets }) => [
      name,
      buckets,
    ]);
    expect(lists).toEqual(expected);
  });

  it('win over a view that gives every histogram others', async () => {
    const { meterProvider, metrics, shutdown } = createTelemetry({ views: bucketViews() });
    onTestFinished(shutdown);
    meterProvider.getMeter('other').createHistogram('llm_request_duration_seconds').record(45);
    const [row] = await metrics();
    expect(row).toMatchObject({
      buckets: { boundaries: INSTRUMENTS.find(({ name }) => name === 'llm_request_duration_seconds')!.buckets },
    });
  });
});

describe('a producer', () => {
  afterEach(() => vi.restoreAllMocks());

  it('hands out the chunks of every profile in use', async () => {
    const producer = createMetricProducer();
    const { meterProvider } = createTelemetry();
    producer.attach(meterProvider);
    onTestFinished(() => producer.detach());
    for (const genAi of ['latest', 'off', 'v1.41'] as const) {
      const client = wrapClient(
        createFakeClient(async () => new FakeStream(serve)),
        provider,
        { meterProvider, genAi },
      );
      for await (const _ of await client.chat.create({ model: 'fake-1' }));
    }
    const { scopeMetrics } = (await producer.collect()).resourceMetrics;
    expect(scopeMetrics[0]!.metrics.map(({ descriptor }) => descriptor.name).sort()).toEqual([
      'gen_ai.client.inference.time_per_output_chunk',
      'gen_ai.client.operation.time_per_output_chunk',
      'llm_inter_token_latency_seconds',
    ]);
  });
});
