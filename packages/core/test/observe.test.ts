import { diag } from '@opentelemetry/api';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Observer } from '../src/descriptor';
import { wrapClient } from '../src/wrap';
import { createFakeClient, provider } from './fake-sdk';
import { useTelemetry } from './measure';

/** A client with a method that is observed, and what its observer saw. */
function useObserved<Returned>(returned: () => Returned, observe: Observer['observe']) {
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const client = { ...createFakeClient(async () => ({})), jobs: { list: (_query?: string) => returned() } };
  const observed = [{ resource: ['jobs'], method: 'list', observe: async () => ({ observe }) }];
  wrapClient(client, { ...provider, observed }, { meterProvider, tracerProvider });
  return { list: client.jobs.list, telemetry };
}

it('a result is observed once, however often its promise is waited for', async () => {
  const observe = vi.fn();
  const { list } = useObserved(() => Promise.resolve('page'), observe);
  const promise = list('query');
  expect(await promise.then()).toBe('page');
  expect(await promise.then((page) => `${page}!`)).toBe('page!');
  await vi.waitFor(() => expect(observe).toHaveBeenCalled());
  expect(observe).toHaveBeenCalledTimes(1);
  expect(observe).toHaveBeenCalledWith('page', ['query'], expect.anything());
});

it('a promise that fails is not observed, and fails as it did', async () => {
  const observe = vi.fn();
  const broken = new Error('gone');
  const { list } = useObserved(() => Promise.reject(broken), observe);
  await expect(list().then()).rejects.toBe(broken);
  expect(await list().then(undefined, (error) => error)).toBe(broken);
  expect(observe).not.toHaveBeenCalled();
});

it('what is no promise passes', () => {
  expect(useObserved(() => 'page', vi.fn()).list()).toBe('page');
});

it('an observer that throws is told of once, and takes nothing from the caller', async () => {
  const warn = vi.fn();
  diag.setLogger({ warn, error: warn, info() {}, debug() {}, verbose() {} });
  onTestFinished(() => diag.disable());
  const { list } = useObserved(
    () => Promise.resolve('page'),
    () => {
      throw new Error('mine');
    },
  );
  expect(await list().then()).toBe('page');
  expect(await list().then()).toBe('page');
  await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
});

it('delayed work is counted without durations, spans or requests in flight', async () => {
  const work = { operation: 'batch', model: 'm', usage: { input: 5, output: 2 }, completed: 3, failed: 0 };
  const { list, telemetry } = useObserved(
    () => Promise.resolve('page'),
    (_, __, ledger) => {
      ledger.add(work);
      ledger.set('trainingLoss', undefined, 0.5);
    },
  );
  await list().then();
  await vi.waitFor(async () => expect(await telemetry.total('llm_requests_total', { model: 'm' })).toBe(3));
  expect(await telemetry.total('llm_tokens_total')).toBe(7);
  expect(await telemetry.total('llm_unpriced_requests_total')).toBe(1);
  expect(await telemetry.total('training_loss', { model: 'unknown' })).toBe(0.5);
  const rows = await telemetry.metrics();
  expect(rows.filter(({ type }) => type === 'histogram')).toEqual([]);
  expect(telemetry.spans()).toEqual([]);
});

it('delayed work that failed is counted as that, and work without usage as such', async () => {
  const { list, telemetry } = useObserved(
    () => Promise.resolve('page'),
    (_, __, ledger) => ledger.add({ operation: 'batch', model: 'm', usage: undefined, completed: 3, failed: 2 }),
  );
  await list().then();
  await vi.waitFor(async () => expect(await telemetry.total('llm_requests_total', { outcome: 'ok' })).toBe(3));
  const failed = { outcome: 'error', error_type: '_OTHER', operation: 'batch', model: 'm', provider: 'fake' };
  expect(await telemetry.total('llm_requests_total', failed)).toBe(2);
  expect(await telemetry.total('llm_usage_missing_total', { operation: 'batch' })).toBe(3);
  expect(await telemetry.total('llm_tokens_total')).toBe(0);
});

it('tokens of delayed work are told apart by its kind', async () => {
  const { list, telemetry } = useObserved(
    () => Promise.resolve('page'),
    (_, __, ledger) => {
      ledger.add({ operation: 'batch', model: 'm', usage: { input: 5, output: 2 }, completed: 0, failed: 0 });
      ledger.add({ operation: 'batch', model: 'm', usage: { input: 1 }, completed: 1, failed: 0 });
    },
  );
  await list().then();
  await vi.waitFor(async () => expect(await telemetry.total('llm_requests_total')).toBe(1));
  expect(await telemetry.total('llm_token_details_total', { type: 'batch_input' })).toBe(6);
  expect(await telemetry.total('llm_token_details_total', { type: 'batch_output' })).toBe(2);
  expect(await telemetry.total('llm_usage_missing_total')).toBe(0);
});

it('a gauge of a job has the last value of each model', async () => {
  const { list, telemetry } = useObserved(
    () => Promise.resolve('page'),
    (_, __, ledger) => {
      for (const [model, step] of Object.entries({ a: 1, b: 2 })) ledger.set('trainingStep', model, step);
      ledger.set('trainingStep', 'a', 3);
    },
  );
  await list().then();
  await vi.waitFor(async () => expect(await telemetry.total('training_step', { model: 'a' })).toBe(3));
  expect(await telemetry.total('training_step', { model: 'b', provider: 'fake' })).toBe(2);
});

it('no more than a thousand results wait to be read', async () => {
  const observe = vi.fn();
  const { list } = useObserved(() => Promise.resolve('page'), observe);
  await Promise.all(Array.from({ length: 1001 }, () => list().then()));
  await vi.waitFor(() => expect(observe).toHaveBeenCalledTimes(1000));
  await list().then();
  await vi.waitFor(() => expect(observe).toHaveBeenCalledTimes(1001));
});

it('delayed work has its price, and shares no time', async () => {
  const seen: unknown[] = [];
  const telemetry = useTelemetry();
  const client = { ...createFakeClient(async () => ({})), jobs: { list: () => Promise.resolve('page') } };
  const observe: Observer['observe'] = (_, __, ledger) =>
    ledger.add({ operation: 'batch', model: 'm', usage: { input: 5 }, completed: 1, failed: 0 });
  const observed = [{ resource: ['jobs'], method: 'list', observe: async () => ({ observe }) }];
  const pricing = (...priced: unknown[]) => {
    seen.push(priced);
    return 2;
  };
  wrapClient(client, { ...provider, observed }, { meterProvider: telemetry.meterProvider, pricing });
  await client.jobs.list().then();
  await vi.waitFor(async () => expect(await telemetry.total('llm_cost_total', { source: 'user' })).toBe(2));
  expect(seen).toMatchObject([['m', { input: 5 }, { operation: 'batch', sharedSeconds: 0, durationSeconds: 0 }]]);
});
