import { diag } from '@opentelemetry/api';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type LateModule, lateFold } from '../src/late';
import { CallFacts } from '../src/types';
import { wrapClient } from '../src/wrap';
import { createFakeClient, provider } from './fake-sdk';
import { useTelemetry } from './measure';

/** A module that is there when the test says so. */
function later() {
  let arrive: (module: LateModule) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const load = vi.fn(
    () =>
      new Promise<LateModule>((resolve, reject) => {
        arrive = resolve;
        fail = reject;
      }),
  );
  const fold: LateModule['fold'] = (facts, body) => {
    facts.usage = { input: (body as { tokens: number }).tokens };
  };
  return { late: lateFold(load), load, arrive: () => arrive({ fold }), fail: () => fail(new Error('gone')) };
}

/** A wrapped client whose one method is read late. */
function useLate() {
  const { late, ...module } = later();
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const method = {
    ...provider.methods[0]!,
    model(request: unknown) {
      late.load();
      return provider.methods[0]!.model(request);
    },
    result: (facts: CallFacts, result: unknown) => late.fold(facts, result),
    ready: late.ready,
  };
  const client = wrapClient(
    createFakeClient(async () => ({ tokens: 5 })),
    { ...provider, methods: [method] },
    { meterProvider, tracerProvider },
  );
  return { ...module, telemetry, call: () => client.chat.create({ model: 'fake-1' }) };
}

const TOKENS = ['llm_tokens_total', { type: 'input' }] as const;

describe('a method that is read late', () => {
  it('loads what reads it with its first call', async () => {
    const { load, call, arrive } = useLate();
    expect(load).not.toHaveBeenCalled();
    await call();
    arrive();
    await call();
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('is recorded when that is there, with the times it had', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { call, arrive, telemetry } = useLate();
    await call();
    vi.advanceTimersByTime(60_000);
    expect(await telemetry.total('llm_requests_total')).toBe(0);
    arrive();
    await vi.waitFor(async () => expect(await telemetry.total(...TOKENS)).toBe(5));
    expect(telemetry.spans()[0]?.durationSeconds).toBeLessThan(1);
    expect(await telemetry.total('llm_requests_in_flight')).toBe(0);
    await call();
    expect(await telemetry.total(...TOKENS)).toBe(10);
  });

  it('is recorded without its facts when that cannot be loaded', async () => {
    const warn = vi.fn();
    diag.setLogger({ warn, error: warn, info() {}, debug() {}, verbose() {} });
    onTestFinished(() => diag.disable());
    const { call, fail, telemetry } = useLate();
    await call();
    fail();
    await vi.waitFor(async () => expect(await telemetry.total('llm_requests_total')).toBe(1));
    await call();
    expect(await telemetry.total('llm_requests_total')).toBe(2);
    expect(await telemetry.total('llm_usage_missing_total')).toBe(2);
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

it('no more than a thousand calls wait for what reads them', async () => {
  const { late, arrive } = later();
  late.load();
  const all = Array.from({ length: 1001 }, () => new CallFacts());
  for (const facts of all) late.fold(facts, { tokens: 1 });
  expect(late.ready(all[999]!)).toBeInstanceOf(Promise);
  expect(late.ready(all[1000]!)).toBeUndefined();
  arrive();
  await late.ready(all[0]!);
  expect(all.filter(({ usage }) => usage !== undefined)).toHaveLength(1000);
  expect(late.ready(all[0]!)).toBeUndefined();
});
