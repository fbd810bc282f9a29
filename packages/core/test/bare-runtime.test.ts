import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { createFakeClient, FakeStream, provider } from './fake-sdk';
import { useTelemetry } from './measure';

const IDLE = 60_000;

let wrapClient: typeof import('../src/wrap')['wrapClient'];

function refuse(): never {
  throw new Error('A Node.js API is used which is not supported in the Edge Runtime.');
}

/** What a runtime has in the place of Node's: nothing, or as Vercel's edge runtime something that throws. */
const RUNTIMES = {
  bare: () => {
    vi.stubGlobal('setImmediate', undefined);
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
  },
  edge: () => {
    vi.stubGlobal('EdgeRuntime', 'edge-runtime');
    vi.stubGlobal('AsyncLocalStorage', AsyncLocalStorage);
    vi.stubGlobal('setImmediate', refuse);
    vi.stubGlobal('process', Object.defineProperty({ ...process }, 'getBuiltinModule', { get: refuse }));
  },
};

/** Core as it is loaded there, timers without unref(). */
async function load(stub: () => void): Promise<void> {
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
  const { setTimeout } = globalThis;
  vi.resetModules();
  stub();
  vi.stubGlobal('setTimeout', (...args: Parameters<typeof setTimeout>) => ({ id: setTimeout(...args) }));
  ({ wrapClient } = await import('../src/wrap'));
  vi.unstubAllGlobals();
}

afterEach(() => {
  vi.useRealTimers();
});

async function* serve() {
  for (let chunk = 0; chunk < 100; chunk++) yield { kind: 'text' } as const;
  yield { end: 'stop' } as const;
}

it.each(Object.entries(RUNTIMES))('a runtime that is %s has its calls measured', async (_, stub) => {
  await load(stub);
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

it.each(Object.entries(RUNTIMES))('a runtime that is %s has its abandoned calls found', async (_, stub) => {
  await load(stub);
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
