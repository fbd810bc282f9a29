import { setImmediate as turn } from 'node:timers/promises';
import { createTelemetry, type MetricRow } from '@grump/llm-otel-testing';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { collectGarbage } from '../../testing/src/conformance/garbage.ts';
import { callContext } from '../src/caller-context';
import { LABEL_SETS } from '../src/labels';
import { ANSWERING_MODELS, CONFIRMED_MODELS, UNCONFIRMED_MODELS } from '../src/models';
import { createMetricProducer } from '../src/producer';
import { DECISIONS } from '../src/router';
import { wrapClient } from '../src/wrap';
import { createFakeClient, FakeStream, provider } from './fake-sdk';
import { useTelemetry } from './measure';

/** The second leg of the matrix is there for the SDK's limits, not for ours. */
const SCALE = Number(process.env.BOUNDS_SCALE ?? (process.env.OTEL_LEG === '2' ? 0.2 : 1));
const JUNK = 100_000 * SCALE;
/** Calls that were made in one turn of the event loop: without a pause the collector cannot tell what it found. */
const PER_TURN = 1000;
/** A series more than these in an instrument is one that says `otel.metric.overflow`. */
const SERIES = 2000;
/** More calls or streams than an instrument has series, however little is asked for. */
const OVERFLOWING = Math.max(10_000 * SCALE, SERIES + 100);
const CALLS = 200_000 * SCALE;
const MEBIBYTE = 1024 * 1024;

// A busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

// Caps are those of a process: each test begins as if in one of its own.
beforeEach(() => {
  Reflect.deleteProperty(globalThis, Symbol.for('@grump/llm-otel-core/1'));
});

/** Calls `make` so many times, with breathing space. */
async function repeat(times: number, make: (time: number) => unknown): Promise<void> {
  for (let time = 0; time < times; time++) {
    await make(time);
    if (time % PER_TURN === 0) await turn();
  }
}

/** Bytes that nobody can let go of. */
async function heap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await turn();
  }
  return process.memoryUsage().heapUsed;
}

/** How many series each metric has. */
function seriesOf(rows: readonly MetricRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of rows) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const most = (rows: readonly MetricRow[]): number => Math.max(...Object.values(seriesOf(rows)));

function labels(rows: readonly MetricRow[], name: string, label: string): Set<unknown> {
  return new Set(rows.filter((row) => row.name === name).map(({ attributes }) => attributes[label]));
}

const total = (rows: readonly MetricRow[], name: string): number =>
  rows.reduce((sum, row) => (row.name === name ? sum + (row.type === 'histogram' ? row.count : row.value) : sum), 0);

it('models and error classes that nobody confirmed are few, and every call is counted', async () => {
  const { meterProvider, metrics } = useTelemetry();
  let thrown: unknown;
  const fail = () => {
    throw thrown;
  };
  const client = wrapClient(createFakeClient(fail), provider, { meterProvider });
  await repeat(JUNK, (time) => {
    thrown = { constructor: { name: `Junk${time}` } };
    try {
      client.chat.create({ model: `junk-${time}` });
    } catch {}
  });
  const rows = await metrics();
  const models = labels(rows, 'llm_requests_total', 'model');
  expect(models.size).toBe(UNCONFIRMED_MODELS + 1);
  expect(models).toContain('other');
  const types = labels(rows, 'llm_requests_total', 'error_type');
  expect(types.size).toBeLessThanOrEqual(101);
  expect(types).toContain('_OTHER');
  expect(labels(rows, 'gen_ai.client.inference.duration', 'error.type').size).toBeLessThanOrEqual(101);
  expect(most(rows)).toBeLessThanOrEqual(SERIES + 1);
  expect(total(rows, 'llm_requests_total')).toBe(JUNK);
  expect(total(rows, 'llm_request_duration_seconds')).toBe(JUNK);
});

it('models that a server confirms, whatever they are, are not many either', async () => {
  const { meterProvider, metrics } = useTelemetry();
  let asked = '';
  const client = wrapClient(
    createFakeClient(async () => ({ model: `answered-by-${asked}`, usage: { input: 1, output: 1 }, cost: 1 })),
    provider,
    { meterProvider },
  );
  await repeat(JUNK, (time) => {
    asked = `made-up-${time}`;
    return client.chat.create({ model: asked });
  });
  const rows = await metrics();
  expect(labels(rows, 'llm_requests_total', 'model').size).toBeLessThanOrEqual(
    CONFIRMED_MODELS + UNCONFIRMED_MODELS + 1,
  );
  expect(labels(rows, 'llm_requests_total', 'model')).toContain('other');
  expect(most(rows)).toBeLessThanOrEqual(SERIES + 1);
  expect(total(rows, 'llm_requests_total')).toBe(JUNK);
  expect(total(rows, 'llm_tokens_total')).toBe(2 * JUNK);
});

it('models that are not on the list of the option are one', async () => {
  const { meterProvider, metrics } = useTelemetry();
  let asked = '';
  const client = wrapClient(
    createFakeClient(async () => ({ model: `answered-by-${asked}`, usage: { input: 1, output: 1 } })),
    provider,
    { meterProvider, models: ['listed', 'fine-*'] },
  );
  await repeat(JUNK, (time) => {
    asked = ['listed', 'fine-tuned', `junk-${time}`][time % 3]!;
    return client.chat.create({ model: asked });
  });
  const rows = await metrics();
  expect(labels(rows, 'llm_requests_total', 'model')).toEqual(new Set(['listed', 'fine-tuned', 'other']));
  expect(labels(rows, 'gen_ai.client.inference.duration', 'gen_ai.response.model')).toEqual(
    new Set(['answered-by-listed', 'answered-by-fine-tuned', 'other']),
  );
  expect(JSON.stringify(rows)).not.toContain('junk');
  expect(total(rows, 'llm_requests_total')).toBe(JUNK);
});

it('models that answered for another are few, and every call is counted', async () => {
  const { meterProvider, metrics } = useTelemetry();
  let answering = 0;
  const client = wrapClient(
    createFakeClient(async () => ({ model: `junk-${answering++}`, usage: { input: 1, output: 1 } })),
    provider,
    { meterProvider },
  );
  await repeat(JUNK, () => client.chat.create({ model: 'one' }));
  const rows = await metrics();
  for (const name of ['gen_ai.client.inference.duration', 'gen_ai.client.inference.usage.input_tokens']) {
    const models = labels(rows, name, 'gen_ai.response.model');
    expect(models.size).toBe(ANSWERING_MODELS + 1);
    expect(models).toContain('other');
    expect(total(rows, name)).toBe(JUNK);
  }
});

it('providers, and servers behind them, overflow into one series', async () => {
  const { meterProvider, metrics } = useTelemetry();
  await repeat(JUNK, (time) => {
    const descriptor = { ...provider, destination: () => ({ provider: `p-${time}`, baseURL: `http://host-${time}/` }) };
    const answer = async () => ({ end: 'stop', usage: { input: 1, output: 1 } });
    return wrapClient(createFakeClient(answer), descriptor, { meterProvider }).chat.create({ model: 'one' });
  });
  const rows = await metrics();
  expect(most(rows)).toBeLessThanOrEqual(SERIES + 1);
  const overflow = rows.filter(({ attributes }) => attributes['otel.metric.overflow'] === true);
  expect(overflow.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['llm_requests_total', 'llm_tokens_total', 'llm_request_duration_seconds']),
  );
  expect(total(rows, 'llm_requests_total')).toBe(JUNK);
  expect(total(rows, 'llm_requests_in_flight')).toBe(0);
});

it('histograms that the metric producer hands out overflow alike', async () => {
  const producer = createMetricProducer({ instruments: 'all' });
  const { meterProvider, metrics } = createTelemetry({ metricProducers: [producer] });
  producer.attach(meterProvider);
  onTestFinished(() => meterProvider.shutdown());
  await repeat(OVERFLOWING, (time) => {
    const descriptor = { ...provider, destination: () => ({ provider: `p-${time}`, baseURL: `http://host-${time}/` }) };
    return wrapClient(
      createFakeClient(async () => ({ end: 'stop' })),
      descriptor,
      { meterProvider },
    ).chat.create({ model: 'one' });
  });
  const rows = await metrics();
  expect(most(rows)).toBeLessThanOrEqual(SERIES + 1);
  for (const name of ['llm_request_duration_seconds', 'gen_ai.client.inference.duration']) {
    expect(total(rows, name)).toBe(OVERFLOWING);
    expect(labels(rows, name, 'otel.metric.overflow')).toContain(true);
  }
});

it('gaps of made-up models overflow into one series', async () => {
  const { meterProvider, metrics } = useTelemetry(true);
  let asked = '';
  const chunks = async function* () {
    yield { kind: 'text', model: asked } as const;
    yield { kind: 'text', end: 'stop' } as const;
  };
  const client = wrapClient(
    createFakeClient(async () => new FakeStream(chunks)),
    provider,
    { meterProvider },
  );
  const call = async (time: number): Promise<void> => {
    asked = `made-up-${time}`;
    for await (const _ of await client.chat.create({ model: 'one' }));
  };
  await repeat(OVERFLOWING, call);
  // A name that was there before the series were too many.
  await call(100);
  const rows = await metrics();
  const gaps = rows.filter(({ name }) => name === 'gen_ai.client.inference.time_per_output_chunk');
  expect(most(rows)).toBeLessThanOrEqual(SERIES + 1);
  expect(gaps).toHaveLength(ANSWERING_MODELS + 1);
  const known = gaps.filter(({ attributes }) => attributes['gen_ai.response.model'] === 'made-up-100');
  expect(known.map((row) => row.type === 'histogram' && row.count)).toEqual([2]);
  expect(total(rows, 'llm_inter_token_latency_seconds')).toBe(OVERFLOWING + 1);
  expect(total(rows, 'gen_ai.client.inference.time_per_output_chunk')).toBe(OVERFLOWING + 1);
});

it('sets of attributes that callContext was given are few, and every call is counted', async () => {
  const { meterProvider, metrics } = useTelemetry();
  const client = wrapClient(
    createFakeClient(async () => ({ end: 'stop', usage: { input: 1, output: 1 } })),
    provider,
    { meterProvider },
  );
  await repeat(JUNK, (time) =>
    callContext({ attributes: { team: `junk-${time}` } }, () => client.chat.create({ model: 'one' })),
  );
  const rows = await metrics();
  // And the calls that had no place any more are without the label.
  expect(labels(rows, 'llm_requests_total', 'team').size).toBe(LABEL_SETS + 1);
  expect(labels(rows, 'gen_ai.client.inference.duration', 'team').size).toBe(LABEL_SETS + 1);
  expect(most(rows)).toBeLessThanOrEqual(2 * (LABEL_SETS + 1));
  expect(total(rows, 'llm_requests_total')).toBe(JUNK);
  expect(total(rows, 'llm_request_duration_seconds')).toBe(JUNK);
});

it('decisions of a router are few, and every one is counted', async () => {
  const { meterProvider, metrics } = useTelemetry();
  const client = wrapClient(
    createFakeClient(async () => ({ end: 'stop' })),
    provider,
    { meterProvider },
  );
  await repeat(JUNK, (time) => {
    const router = { from: `junk-${time}`, to: `junk-${time % 3}`, reason: 'junk' };
    return callContext({ router }, () => client.chat.create({ model: 'one' }));
  });
  const rows = await metrics();
  const triples = rows.filter(({ name }) => name === 'llm_router_decisions_total');
  expect(triples).toHaveLength(DECISIONS + 1);
  expect(triples.map(({ attributes }) => attributes)).toContainEqual({ from: 'other', to: 'other', reason: 'other' });
  expect(total(rows, 'llm_router_decisions_total')).toBe(JUNK);
});

it('a name is cut to a length that a label can have', async () => {
  const { meterProvider, metrics } = useTelemetry();
  const huge = 'x'.repeat(MEBIBYTE);
  const client = wrapClient(
    createFakeClient(async () => ({ model: huge, usage: { input: 1 } })),
    provider,
    { meterProvider },
  );
  await client.chat.create({ model: huge });
  for (const { name, attributes } of await metrics()) {
    for (const value of Object.values(attributes)) expect([name, String(value).length < 1025]).toEqual([name, true]);
  }
});

it('models times sets of attributes are kept as far as an instrument has room', async () => {
  const { meterProvider, metrics } = useTelemetry(true);
  const client = wrapClient(
    createFakeClient(async () => ({ end: 'stop', usage: { input: 1, output: 1 } })),
    provider,
    { meterProvider },
  );
  const before = await heap();
  await repeat(CALLS / 10, (time) =>
    callContext({ attributes: { team: `junk-${time % LABEL_SETS}` } }, () =>
      client.chat.create({ model: `made-up-${Math.trunc(time / LABEL_SETS)}` }),
    ),
  );
  expect(((await heap()) - before) / MEBIBYTE).toBeLessThan(25);
  expect(total(await metrics(), 'llm_requests_in_flight')).toBe(0);
});

it('calls that are over leave nothing behind', async () => {
  const { meterProvider } = useTelemetry(true);
  const stream = async function* () {
    yield { kind: 'text', end: 'stop', usage: { input: 1, output: 1 } } as const;
  };
  const answers = [async () => ({ end: 'stop' }), async () => new FakeStream(stream)] as const;
  let next = 0;
  const client = wrapClient(
    createFakeClient(() => answers[next++ % 2]!()),
    provider,
    { meterProvider },
  );
  const call = async (): Promise<void> => {
    const value = await client.chat.create({ model: 'fake-1' });
    if (value instanceof FakeStream) for await (const _ of value);
  };
  await repeat(CALLS / 10, call);
  const before = await heap();
  await repeat(CALLS, call);
  expect(((await heap()) - before) / MEBIBYTE).toBeLessThan(2);
});
