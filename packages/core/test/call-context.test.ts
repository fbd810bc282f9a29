import './fake-timers';
import { setImmediate as turn } from 'node:timers/promises';
import { context, diag } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CallContextOptions, callContext } from '../src/caller-context';
import { createStorage } from '../src/value-storage';
import type { FakeStream } from './fake-sdk';
import { createWrapped, onlySpan, streamOf, useTelemetry } from './measure';

const RESULT = { end: 'stop', usage: { input: 1, output: 2 }, cost: 1 };
const ROUTER = { from: 'large', to: 'small', reason: 'cost' };
const TEAM = { team: 'search' };

const answer = async () => {
  await turn();
  return RESULT;
};
const stream = () =>
  streamOf([
    [10, {}],
    [10, { kind: 'text' }],
    [10, { kind: 'text', ...RESULT }],
  ]);

/** Telemetry, and a call of a client that is watched by it. */
function watch(produced = false) {
  const telemetry = useTelemetry(produced);
  const { chat } = createWrapped(telemetry, answer);
  return { telemetry, call: () => chat.create({ model: 'fake-1' }) };
}

let warnings: unknown[][];
const ignore = () => {};

beforeEach(() => {
  warnings = [];
  const warn = (...words: unknown[]) => void warnings.push(words);
  diag.setLogger(
    { warn, error: ignore, info: ignore, debug: ignore, verbose: ignore },
    { suppressOverrideMessage: true },
  );
});
afterEach(() => {
  diag.disable();
  context.disable();
});

const MANAGERS: Readonly<Record<string, () => void>> = {
  'with a context manager': () => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()),
  'without a context manager': ignore,
};

describe.each(Object.entries(MANAGERS))('callContext, %s,', (_, install) => {
  beforeEach(install);

  it.each([false, true])(
    'labels all that is recorded of the calls inside, and their spans (producer: %s)',
    async (produced) => {
      const telemetry = useTelemetry(produced);
      const streaming = createWrapped(telemetry, async () => stream());
      await callContext({ attributes: { team: 'search', beta: true, tier: 2 } }, async () => {
        for await (const _ of (await streaming.chat.create({ model: 'fake-1' })) as FakeStream);
      });
      const rows = await telemetry.metrics();
      expect(rows.length).toBeGreaterThan(15);
      for (const { name, attributes } of rows) {
        expect([name, attributes]).toEqual([name, expect.objectContaining({ team: 'search', beta: true, tier: 2 })]);
      }
      expect(onlySpan(telemetry).attributes).toMatchObject({ team: 'search', beta: true, tier: 2 });
    },
  );

  it.each([false, true])('keeps apart what is recorded of two contexts (producer: %s)', async (produced) => {
    const telemetry = useTelemetry(produced);
    const { chat } = createWrapped(telemetry, async () => stream());
    for (const team of ['a', 'b', 'a']) {
      await callContext({ attributes: { team } }, async () => {
        for await (const _ of (await chat.create({ model: 'fake-1' })) as FakeStream);
      });
    }
    const rows = await telemetry.metrics();
    const size = (row: (typeof rows)[number]) => (row.type === 'histogram' ? row.count : row.value);
    const of = (team: string) =>
      rows.filter(({ attributes }) => attributes.team === team).map((row) => [row.name, size(row)]);
    expect(of('a')).toEqual(of('b').map(([name, value]) => [name, 2 * (value as number)]));
  });

  it('says nothing of the calls outside', async () => {
    const { telemetry, call } = watch();
    const inside = callContext({ attributes: TEAM, sessionId: 's', router: ROUTER }, call);
    await Promise.all([inside, call()]);
    await call();
    expect(await telemetry.total('llm_requests_total', TEAM)).toBe(1);
    expect(await telemetry.total('llm_requests_total')).toBe(3);
    expect(
      telemetry.spans().filter(({ attributes }) => 'team' in attributes || 'session.id' in attributes),
    ).toHaveLength(1);
  });

  it('holds after an await, for each of several at a time', async () => {
    const { telemetry, call } = watch();
    const run = (team: string) =>
      callContext({ attributes: { team } }, async () => {
        await turn();
        await call();
        await call();
      });
    await Promise.all(['a', 'b', 'c'].map(run));
    for (const team of ['a', 'b', 'c']) expect(await telemetry.total('llm_requests_total', { team })).toBe(2);
  });

  it('may be nested: both count, and the inner one wins', async () => {
    const { telemetry, call } = watch();
    const outer: CallContextOptions = { attributes: { team: 'search', tier: 1 }, sessionId: 'outer', userId: 'ada' };
    await callContext(outer, async () => {
      await callContext({ attributes: { tier: 2 }, sessionId: 'inner', userId: undefined }, call);
      await call();
    });
    expect(telemetry.spans().map(({ attributes }) => attributes)).toMatchObject([
      { team: 'search', tier: 2, 'session.id': 'inner', 'gen_ai.conversation.id': 'inner', 'user.id': 'ada' },
      { team: 'search', tier: 1, 'session.id': 'outer', 'gen_ai.conversation.id': 'outer', 'user.id': 'ada' },
    ]);
  });

  it('leaves ids off the metrics', async () => {
    const { telemetry, call } = watch();
    await callContext({ sessionId: 'session-1', userId: 'ada' }, call);
    expect(JSON.stringify(await telemetry.metrics())).not.toMatch(/session-1|ada/);
  });

  it.each([
    ['gives back what the function returns', () => RESULT],
    ['gives back the very promise', async () => RESULT],
  ])('%s', (_, make) => {
    const value = make();
    expect(callContext({}, () => value)).toBe(value);
  });

  it('throws what the function throws', () => {
    const failure = new RangeError('of the application');
    const fail = () => {
      throw failure;
    };
    expect(() => callContext({ attributes: TEAM }, fail)).toThrow(failure);
    expect(warnings).toEqual([]);
  });
});

describe('a decision of a router', () => {
  const decisions = async (telemetry: ReturnType<typeof useTelemetry>) =>
    (await telemetry.metrics()).flatMap((row) =>
      row.name === 'llm_router_decisions_total' && row.type === 'counter' ? [[row.attributes, row.value]] : [],
    );

  it('is counted once, however many calls were made for it', async () => {
    const { telemetry, call } = watch();
    await callContext({ router: ROUTER }, async () => {
      await call();
      await callContext({ attributes: TEAM }, call);
    });
    expect(await decisions(telemetry)).toEqual([[ROUTER, 1]]);
    for (const { attributes } of telemetry.spans()) {
      expect(attributes).toMatchObject({
        'llm.router.from': 'large',
        'llm.router.to': 'small',
        'llm.router.reason': 'cost',
      });
    }
  });

  it('is not counted where no call was made for it', async () => {
    const { telemetry, call } = watch();
    callContext({ router: ROUTER }, () => undefined);
    await call();
    expect(await decisions(telemetry)).toEqual([]);
  });

  it('is counted where the one inside another is of its own', async () => {
    const { telemetry, call } = watch();
    const inner = { ...ROUTER, to: 'tiny' };
    await callContext({ router: ROUTER }, async () => {
      await callContext({ router: inner }, call);
      await call();
    });
    expect(await decisions(telemetry)).toEqual([
      [ROUTER, 1],
      [inner, 1],
    ]);
  });

  it('has no more than words', async () => {
    const { telemetry, call } = watch();
    await callContext({ router: { from: 'x'.repeat(1000), to: 7, reason: undefined } as never }, call);
    expect(await decisions(telemetry)).toEqual([[{ from: 'x'.repeat(64), to: '', reason: '' }, 1]]);
  });
});

describe('attributes', () => {
  it.each([
    'model',
    'provider',
    'outcome',
    'error_type',
    'error.type',
    'gen_ai.request.model',
    'gen_ai_request_model',
    'server.address',
    'otel.metric.overflow',
    'llm.outcome',
    'le',
    'user.id',
    'session.id',
    '__name__',
    '',
    'a b',
    'é',
    'x'.repeat(65),
  ])('cannot be named %s', async (name) => {
    const { telemetry, call } = watch();
    await call();
    const before = (await telemetry.metrics()).map(({ attributes }) => attributes);
    await callContext({ attributes: { [name]: 'mine' } }, call);
    expect((await telemetry.metrics()).map(({ attributes }) => attributes)).toEqual(before);
    const [bare, inside] = telemetry.spans();
    expect(inside!.attributes).toEqual(bare!.attributes);
  });

  it.each([
    [['text'], { label: 'text' }],
    [['x'.repeat(100)], { label: 'x'.repeat(64) }],
    [[false], { label: false }],
    [[0], { label: 0 }],
    [[Number.NaN], {}],
    [[null], {}],
    [[{}], {}],
    [[['a']], {}],
    [[undefined], {}],
  ])('of value %o', async ([value], labels) => {
    const { telemetry, call } = watch();
    await callContext({ attributes: { label: value as string } }, call);
    const [row] = (await telemetry.metrics()).filter(({ name }) => name === 'llm_requests_total');
    const { provider: _, model: __, operation: ___, outcome: ____, ...rest } = row!.attributes;
    expect(rest).toEqual(labels);
  });

  it('are eight at most, those of the inner context first', async () => {
    const { telemetry, call } = watch();
    const named = (letter: string) => Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`${letter}${n}`, n]));
    await callContext({ attributes: named('outer') }, () => callContext({ attributes: named('inner') }, call));
    const keys = Object.keys(onlySpan(telemetry).attributes).filter((key) => /^(inner|outer)/.test(key));
    expect(keys.sort()).toEqual(['inner1', 'inner2', 'inner3', 'inner4', 'inner5', 'inner6', 'outer1', 'outer2']);
    expect(warnings.map(([line]) => line)).toEqual([expect.stringContaining('at most 8')]);
  });
});

describe('the caller sees nothing of', () => {
  const hostile: Readonly<Record<string, unknown>> = {
    nothing: undefined,
    null: null,
    text: 'text',
    'attributes that are null': { attributes: null },
    'attributes that throw': {
      attributes: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('a trap');
          },
        },
      ),
    },
    'a getter that throws': Object.defineProperty({}, 'sessionId', {
      get: () => {
        throw new Error('a getter');
      },
    }),
    'ids of another type': { sessionId: {}, userId: 7 },
    'a router that is text': { router: 'text' },
  };

  it.each(Object.entries(hostile))('%s in place of what may be said', async (_, options) => {
    const { telemetry, call } = watch();
    expect(await callContext(options as CallContextOptions, call)).toBe(RESULT);
    expect(await telemetry.total('llm_requests_total')).toBe(1);
  });

  const manager = new AsyncLocalStorageContextManager().enable();
  const faults: Readonly<Record<string, object>> = {
    throws: {
      with: () => {
        throw new Error('a fault');
      },
    },
    'does nothing': { with: () => undefined },
    'runs it twice': { with: (_: unknown, run: () => unknown) => [run(), run()] },
    'throws afterwards': {
      with: (_: unknown, run: () => unknown) => {
        run();
        throw new Error('a fault');
      },
    },
  };

  it.each(Object.entries(faults))('a context manager that %s', async (_, fault) => {
    context.setGlobalContextManager(Object.assign(Object.create(manager), fault));
    const { telemetry, call } = watch();
    const run = vi.fn(call);
    expect(await callContext({ attributes: TEAM }, run)).toBe(RESULT);
    expect(run).toHaveBeenCalledTimes(1);
    expect(await telemetry.total('llm_requests_total', TEAM)).toBe(1);
  });
});

it('a runtime without asynchronous storage has the values until the first await', async () => {
  const { process } = globalThis;
  vi.stubGlobal('process', undefined);
  const storage = createStorage();
  vi.stubGlobal('process', process);
  const seen: unknown[] = [];
  const run = () => {
    seen.push(storage.getStore());
    storage.run('inner', () => seen.push(storage.getStore()));
    seen.push(storage.getStore());
    throw new Error('of the application');
  };
  expect(() => storage.run('outer', run)).toThrow('of the application');
  expect([...seen, storage.getStore()]).toEqual(['outer', 'inner', 'outer', undefined]);
});
