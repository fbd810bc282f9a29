import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { MethodDescriptor } from '../src/descriptor';
import type { WrapOptions } from '../src/options';
import type { ServerTimes } from '../src/server/times';
import type { Usage } from '../src/types';
import { wrapClient } from '../src/wrap';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { createFakeClient, provider } from './fake-sdk';
import { useTelemetry } from './measure';
import { useDiag } from './use-diag';

interface Told {
  readonly times?: ServerTimes;
  readonly usage?: Usage;
}

const [method] = provider.methods as [MethodDescriptor];

const warn = useDiag();

/** A method that keeps its result as what the server told, to be read by `read`. */
const methodTold = (server: MethodDescriptor['server']): MethodDescriptor => ({
  ...method,
  ...(server !== undefined && { server }),
  result: (facts, result) => {
    const { times, usage } = result as Told;
    if (times !== undefined) facts.server = times;
    facts.usage = usage;
  },
});
const readTimes: MethodDescriptor['server'] = async () => ({ serverTimes: (told) => (told ?? {}) as ServerTimes });

/** Makes a call for each result with one client, and gives what was recorded of them. */
async function measure(results: readonly Told[], options: WrapOptions = {}, told = methodTold(readTimes)) {
  const telemetry = useTelemetry();
  const left = [...results];
  const client = wrapClient(
    createFakeClient(async () => left.shift()),
    { ...provider, methods: [told] },
    { ...telemetry, ...options },
  );
  for (const _ of results) {
    await client.chat.create({ model: 'fake-1' });
    await vi.dynamicImportSettled();
    await turn();
  }
  const rows = await telemetry.metrics();
  const recorded = rows.flatMap((row) =>
    row.type === 'histogram' && /_server_|_ratio$/.test(row.name)
      ? [[row.name.replace(/^llm_|_seconds$|_ratio$/g, ''), [row.count, row.sum, row.attributes.operation]] as const]
      : [],
  );
  const [call, ...phases] = telemetry.spans().toSorted((left, right) => right.name.length - left.name.length);
  return { recorded: Object.fromEntries(recorded), call: call!, phases };
}

it('records how long the server took, and how much of a draft it kept', async () => {
  const times = { queueSeconds: 0.25, prefillSeconds: 0, decodeSeconds: 2, draftTokens: 8, acceptedTokens: 6 };
  const { recorded } = await measure([{ times }, { times: { queueSeconds: 0.5 } }]);
  expect(recorded).toEqual({
    server_queue: [2, 0.75, 'chat'],
    server_prefill: [1, 0, 'chat'],
    server_decode: [1, 2, 'chat'],
    draft_acceptance: [1, 0.75, 'chat'],
  });
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, undefined])('leaves out a time of %s', async (queueSeconds) => {
  const { recorded } = await measure([{ times: { queueSeconds, decodeSeconds: 1 } }]);
  expect(recorded).toEqual({ server_decode: [1, 1, 'chat'] });
});

it('loads what reads the times once, and only for a server that told something', async () => {
  const server = vi.fn(readTimes!);
  await measure([{}, { usage: { input: 1 } }], {}, methodTold(server));
  expect(server).not.toHaveBeenCalled();
  const told = methodTold(server);
  await measure([{ times: {} }, { times: {} }], {}, told);
  await measure([{ times: {} }], {}, told);
  expect(server).toHaveBeenCalledOnce();
  expect(warn).not.toHaveBeenCalled();
});

it('tells once of what cannot be read', async () => {
  const gone = new Error('gone');
  await measure(
    [{ times: {} }, { times: {} }],
    {},
    methodTold(() => Promise.reject(gone)),
  );
  expect(warn.mock.calls).toEqual([[expect.stringContaining('loading how servers are read'), gone]]);
});

it('records the share of the input that was cached', async () => {
  const { recorded } = await measure([{ usage: { input: 8, cacheRead: 2 } }, { usage: { input: 8, cacheRead: 0 } }]);
  expect(recorded).toEqual({ cache_hit: [2, 0.25, 'chat'] });
});

it.each([{ input: 8 }, { cacheRead: 2 }, { input: 0, cacheRead: 0 }, undefined])(
  'records no share of the usage %j',
  async (usage) => {
    expect((await measure([{ usage }])).recorded).toEqual({});
  },
);

it('records how full the context window is, of a size or of what a function says for the model', async () => {
  const results = [{ usage: { input: 6, output: 2 } }, { usage: { input: 4 } }, { usage: { output: 4 } }];
  const used = { context_utilization: [2, 0.75, 'chat'] };
  expect((await measure(results, { contextWindow: 16 })).recorded).toEqual(used);
  const contextWindow = vi.fn((_: string) => 16);
  expect((await measure(results, { contextWindow })).recorded).toEqual(used);
  expect(contextWindow.mock.calls).toEqual([['fake-1'], ['fake-1']]);
});

it.each([
  ['knows none', () => undefined],
  ['says zero', () => 0],
  [
    'throws',
    () => {
      throw new Error('unknown');
    },
  ],
  ['gives a promise', async () => 16],
])('records nothing of it where the function %s', async (_, contextWindow) => {
  const options = { contextWindow: contextWindow as () => number };
  expect((await measure([{ usage: { input: 6 } }], options)).recorded).toEqual({});
});

it.each([
  ['is none', undefined],
  ['cannot be loaded', async () => Promise.reject(new Error('gone'))],
  [
    'throws',
    async () => ({
      serverTimes: () => {
        throw new Error('odd');
      },
    }),
  ],
])('records what the usage says all the same where what reads the times %s', async (_, server) => {
  const told = { times: { queueSeconds: 1 }, usage: { input: 8, cacheRead: 4 } };
  const { recorded, phases } = await measure([told, told], {}, methodTold(server));
  expect(recorded).toEqual({ cache_hit: [2, 1, 'chat'] });
  expect(phases.map(({ name }) => name)).not.toContain('queue');
});

it('puts the phases under the span of the call', async () => {
  const { call, phases } = await measure([{ times: { queueSeconds: 0, prefillSeconds: 0, decodeSeconds: 0 } }]);
  expect(call.name).toBe('chat fake-1');
  expect(phases.map(({ name }) => name)).toEqual(['prefill', 'decode', 'queue']);
  for (const phase of phases) expect(phase).toMatchObject({ kind: 'INTERNAL', parent: call.spanId });
});

it('reads times from headers alone where the server sends some', async () => {
  const telemetry = useTelemetry();
  const server: MethodDescriptor['server'] = async () => ({
    serverTimes: (_, headers) => ({ queueSeconds: Number(headers?.get('x-queue-time')) }),
  });
  const answer = () => new FakeApiPromise(Promise.resolve(createProps({ 'x-queue-time': '2' })), async () => ({}));
  const client = wrapClient(createFakeClient(answer), { ...provider, methods: [methodTold(server)] }, telemetry);
  await client.chat.create({ model: 'fake-1' });
  const queue = async () => (await telemetry.metrics()).find(({ name }) => name === 'llm_server_queue_seconds');
  await vi.waitUntil(queue, { interval: 1 });
  expect(await queue()).toMatchObject({ count: 1, sum: 2 });
});
