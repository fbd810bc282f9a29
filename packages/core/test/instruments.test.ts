import type { MetricRow } from '@grump/llm-otel-testing';
import { expect, it } from 'vitest';
import { INSTRUMENTS } from '../src/catalogue';
import type { ProviderDescriptor } from '../src/descriptor';
import type { Usage } from '../src/types';
import { wrapClient } from '../src/wrap';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { createFakeClient, type FakeChunk, FakeStream, provider } from './fake-sdk';
import { useTelemetry } from './measure';

const USAGE: Usage = {
  input: 10,
  output: 5,
  cacheRead: 4,
  cacheWrite: 3,
  reasoning: 2,
  audioInput: 1,
  audioOutput: 1,
};
const LIMITS = { 'x-ratelimit-remaining-requests': '5', 'x-ratelimit-remaining-tokens': '500' };

async function* serve(): AsyncGenerator<FakeChunk> {
  for (const kind of ['reasoning', 'text', 'text'] as const) {
    yield { kind, model: 'answered-1' };
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  yield { end: 'stop', usage: USAGE };
}

/** Calls with something for every instrument. */
async function useAll(): Promise<MetricRow[]> {
  const { meterProvider, metrics } = useTelemetry();
  const answers = [
    () => new FakeStream(serve),
    () => ({ usage: USAGE, cost: 0.5 }),
    () => ({}),
    () => Promise.reject(new Error('no')),
  ];
  for (const answer of answers) {
    const lazily = () => new FakeApiPromise(Promise.resolve(createProps(LIMITS)), async () => answer());
    const client = wrapClient(createFakeClient(lazily), provider, { meterProvider, genAi: 'both' });
    const value = await client.chat.create({ model: 'fake-1' }).catch(() => undefined);
    if (value instanceof FakeStream) for await (const _ of value);
  }
  return metrics();
}

it('what is recorded is in the catalogue, as it is there, and has the attributes that it may have', async () => {
  const rows = await useAll();
  expect(new Set(rows.map(({ type }) => type))).toEqual(new Set(['histogram', 'counter', 'updowncounter', 'gauge']));
  for (const row of rows) {
    const { kind, unit, description, attributes, buckets } = INSTRUMENTS.find(({ name }) => name === row.name)!;
    expect(row).toMatchObject({ type: kind, unit, description, scope: '@grump/llm-otel-core' });
    if (row.type === 'histogram') expect(row.buckets.boundaries).toEqual(buckets);
    expect(attributes).toEqual(expect.arrayContaining(Object.keys(row.attributes)));
  }
});

it('tokens of several operations of a model add up in one series', async () => {
  const { meterProvider, metrics } = useTelemetry();
  const methods = ['chat', 'embeddings'].map((operation) => ({
    ...provider.methods[0]!,
    resource: [operation],
    operation,
  }));
  const create = async (_: { model: string }) => ({ usage: { input: 10, output: 1 } });
  const descriptor: ProviderDescriptor = { ...provider, methods };
  const client = wrapClient({ chat: { create }, embeddings: { create } }, descriptor, { meterProvider });
  for (const resource of [client.chat, client.embeddings, client.chat]) await resource.create({ model: 'fake-1' });
  const tokens = (await metrics()).filter(({ name }) => name === 'llm_tokens_total');
  expect(tokens.map((row) => [row.attributes, row.type === 'counter' && row.value])).toEqual([
    [{ provider: 'fake', model: 'fake-1', type: 'input' }, 30],
    [{ provider: 'fake', model: 'fake-1', type: 'output' }, 3],
  ]);
});
