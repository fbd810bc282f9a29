import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFakeClient, FakeStream, provider } from './fake-sdk';
import { useTelemetry } from './measure';

const IDLE = 60_000;

let wrapClient: typeof import('../src/wrap')['wrapClient'];

/** Core as it is loaded where there is nothing of Node: no setImmediate(), no AsyncLocalStorage, timers without unref(). */
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
  const { setTimeout } = globalThis;
  vi.resetModules();
  vi.stubGlobal('setImmediate', undefined);
  vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
  vi.stubGlobal('setTimeout', (...args: Parameters<typeof setTimeout>) => ({ id: setTimeout(...args) }));
  ({ wrapClient } = await import('../src/wrap'));
  vi.unstubAllGlobals();
});

afterEach(() => {
  vi.useRealTimers();
});

async function* serve() {
  for (let chunk = 0; chunk < 100; chunk++) yield { kind: 'text' } as const;
  yield { end: 'stop' } as const;
}

it('a bare runtime has its calls measured', async () => {
  const { meterProvider, tracerProvider, total } = useTelemetry();
  const client = wrapClient(
    createFakeClient(async () => new FakeStream(serve)),
    provider,
    { meterProvider, tracerProvider },
  );
  for await (const _ of await client.chat.create({ model: 'fake-1' }));
  expect(await total('llm_requests_total', { outcome: 'ok' })).toBe(1);
  expect(await total('llm_inter_token_latency_seconds')).toBe(99);
});

it('a bare runtime has its abandoned calls found', async () => {
  const { meterProvider, tracerProvider, total } = useTelemetry();
  const client = wrapClient(
    createFakeClient(async () => new FakeStream(serve)),
    provider,
    { meterProvider, tracerProvider, streamIdleTimeoutMillis: IDLE },
  );
  const stream = await client.chat.create({ model: 'fake-1' });
  await turn();
  vi.advanceTimersByTime(2 * IDLE);
  expect(await total('llm_requests_total', { outcome: 'abandoned' })).toBe(1);
  expect(stream).toBeDefined();
});
