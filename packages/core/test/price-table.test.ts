import { setImmediate as turn } from 'node:timers/promises';
import { diag } from '@opentelemetry/api';
import type * as prices from '@pydantic/genai-prices';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Call } from '../src/call';
import type { WrapOptions } from '../src/options';
import { LABELS } from '../src/prices/labels';
import { idOf, PackageTable } from '../src/prices/package-table';
import type { Usage } from '../src/types';
import { createFakeClient, type FakeChunk, provider } from './fake-sdk';
import { useTelemetry } from './measure';

const PACKAGE = '@pydantic/genai-prices';
/** A million input tokens of gpt-4o. */
const MILLION = { end: 'stop', usage: { input: 1_000_000, output: 0 } };
const GPT_4O = 2.5;

type Package = Partial<typeof prices>;

const found = vi.fn();
const logger = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn(), verbose: vi.fn() };

beforeEach(() => {
  vi.resetModules();
  diag.setLogger(logger, { suppressOverrideMessage: true });
});

afterEach(() => {
  vi.doUnmock(PACKAGE);
  vi.clearAllMocks();
  diag.disable();
});

/** Puts something in the place of the package; `found` is called when it is loaded. */
function replace(make: () => Package | Promise<Package>): void {
  vi.doMock(PACKAGE, async () => {
    found();
    return make();
  });
}

const real = (): Promise<Package> => vi.importActual(PACKAGE);

/** A package that comes when the test says so. */
function late(): () => Promise<void> {
  let come = (): void => {};
  const coming = new Promise<void>((resolve) => {
    come = resolve;
  });
  replace(() => coming.then(real));
  return async () => {
    come();
    await settled();
  };
}

async function settled(): Promise<void> {
  await vi.dynamicImportSettled();
  await turn();
}

/** A new copy of core, whose price table is not loaded yet, and a client of it. */
async function use(label: string, answer: () => Promise<FakeChunk>, options: WrapOptions = {}) {
  const { wrapClient } = await import('../src/wrap');
  const { metrics, total, meterProvider } = useTelemetry();
  const descriptor = { ...provider, destination: () => ({ provider: label }) };
  const client = wrapClient(createFakeClient(answer), descriptor, { meterProvider, ...options });
  return { call: (model = 'gpt-4o') => client.chat.create({ model }), metrics, total };
}

describe('the price table', () => {
  it.each([
    ['of a provider that it does not know', 'nvidia-nim', MILLION],
    ['without usage', 'openai', { end: 'stop' }],
    ['with a figure of the server', 'openai', { ...MILLION, cost: 1 }],
  ])('is not loaded for a call %s', async (_, label, answer) => {
    replace(real);
    const { call } = await use(label, async () => answer);
    await call();
    await settled();
    expect(found).not.toHaveBeenCalled();
  });

  it('is loaded once, and never fetches a newer one', async () => {
    const fetch = vi.spyOn(globalThis, 'fetch');
    const updatePrices = vi.fn();
    replace(async () => ({ ...(await real()), updatePrices }));
    const { call, total } = await use('openai', async () => MILLION);
    await call();
    await settled();
    await call();
    expect(found).toHaveBeenCalledOnce();
    expect(await total('llm_cost_total', { source: 'table' })).toBe(2 * GPT_4O);
    expect(fetch).not.toHaveBeenCalled();
    expect(updatePrices).not.toHaveBeenCalled();
    fetch.mockRestore();
  });

  it('follows the application that has it updated', async () => {
    const { updatePrices, waitForUpdate } = await vi.importActual<typeof prices>(PACKAGE);
    const update = (data: prices.ProviderDataPayload) => updatePrices(({ setProviderData }) => setProviderData(data));
    const released = await waitForUpdate();
    const { call, total } = await use('openai', async () => MILLION);
    await call();
    await settled();
    const cheaper = { id: 'gpt-4o', match: { equals: 'gpt-4o' }, prices: { input_mtok: 1 } };
    update([{ id: 'openai', name: 'OpenAI', api_pattern: 'x', models: [cheaper] }]);
    onTestFinished(() => update(released));
    await call();
    expect(await total('llm_cost_total')).toBe(GPT_4O + 1);
  });

  it('confirms a model, so that it has a label of its own before a server answered', async () => {
    let fails = false;
    const { call, metrics } = await use('openai', async () => {
      if (fails) throw new Error('no');
      return MILLION;
    });
    await call('gpt-4o-mini');
    await settled();
    fails = true;
    for (let junk = 0; junk < 60; junk++) await call(`junk-${junk}`).catch(() => {});
    for (const model of ['gpt-4o', 'gpt-4o-audio-preview-junk']) await call(model).catch(() => {});
    const rows = (await metrics()).filter(({ name }) => name === 'llm_requests_total');
    const models = rows.map(({ attributes }) => attributes.model);
    expect(models).toContain('gpt-4o');
    expect(models).toContain('other');
    expect(models).not.toContain('gpt-4o-audio-preview-junk');
  });
});

describe('calls that end before the table is there', () => {
  it('have their cost when it is, in their order, with the price of their time', async () => {
    const come = late();
    const seen: string[] = [];
    const { call, total } = await use('openai', async () => MILLION, { pricing: (model) => void seen.push(model) });
    for (const model of ['gpt-4o', 'made-up-1', 'gpt-4o', 'made-up-2']) await call(model);
    expect(await total('llm_cost_total')).toBe(0);
    expect(await total('llm_unpriced_requests_total')).toBe(0);
    await come();
    await call('made-up-3');
    expect(await total('llm_cost_total', { source: 'table' })).toBe(2 * GPT_4O);
    expect(await total('llm_unpriced_requests_total')).toBe(3);
    expect(seen).toEqual(['made-up-1', 'made-up-2', 'made-up-3']);
  });

  it('are a thousand at most: more go without it', async () => {
    const come = late();
    const { call, total } = await use('openai', async () => MILLION, { pricing: () => 1 });
    for (let calls = 0; calls < 1010; calls++) await call();
    expect(await total('llm_cost_total', { source: 'user' })).toBe(10);
    await come();
    expect(await total('llm_cost_total', { source: 'table' })).toBe(1000 * GPT_4O);
  });

  it('have theirs when the user’s function fails for one of them', async () => {
    const come = late();
    const { call, total } = await use('openai', async () => MILLION, {
      pricing: (model) => {
        if (model === 'made-up-1') throw new Error('no');
        return 1;
      },
    });
    for (const model of ['made-up-1', 'made-up-2', 'gpt-4o']) await call(model);
    await come();
    expect(await total('llm_cost_total')).toBe(1 + GPT_4O);
    expect(await total('llm_unpriced_requests_total')).toBe(1);
  });

  it('share no time with what comes after them', async () => {
    const come = late();
    const seen: number[] = [];
    const { call } = await use('openai', async () => MILLION, {
      pricing: (_model, _usage, { sharedSeconds, durationSeconds }) => void seen.push(durationSeconds - sharedSeconds),
    });
    await call('made-up');
    await come();
    expect(seen).toEqual([expect.closeTo(0, 3)]);
  });
});

describe('where there is no table', () => {
  it('the user’s function is asked, and it is told once, not as a warning', async () => {
    replace(() => Promise.reject(new Error(`Cannot find package '${PACKAGE}'`)));
    const { call, total } = await use('openai', async () => MILLION, { pricing: () => 1 });
    await call();
    await settled();
    await call();
    expect(await total('llm_cost_total', { source: 'user' })).toBe(2);
    expect(logger.info).toHaveBeenCalledOnce();
    expect(logger.info.mock.calls[0]![0]).toContain('install @pydantic/genai-prices');
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('a logger that throws changes nothing', async () => {
    replace(() => Promise.reject(new Error('no')));
    logger.info.mockImplementationOnce(() => {
      throw new Error('no');
    });
    const { call, total } = await use('openai', async () => MILLION);
    await call();
    await settled();
    expect(await total('llm_unpriced_requests_total')).toBe(1);
  });

  it.each<[string, Package]>([
    ['lacks what is called', {}],
    [
      'throws',
      {
        findProvider: vi.fn(() => {
          throw new Error('no');
        }),
      },
    ],
    ['gives nonsense', { findProvider: () => ({ models: 1 }) as never, calcPrice: () => 'no' as never }],
    [
      'gives no number',
      {
        findProvider: () => ({ id: 'openai' }) as never,
        calcPrice: () => ({ model: {}, model_price: {}, total_price: Number.NaN }) as never,
      },
    ],
  ])('since the package %s, the user’s function is asked', async (_, broken) => {
    replace(() => ({ calcPrice: undefined, findProvider: undefined, ...broken }) as Package);
    const { call, total } = await use('openai', async () => MILLION, { pricing: () => 1 });
    await call();
    await settled();
    await call();
    expect(await total('llm_cost_total', { source: 'user' })).toBe(2);
    expect(logger.warn.mock.calls.length).toBeLessThanOrEqual(1);
  });
});

it('each provider that is said to be in the table is there', async () => {
  const { findProvider } = await vi.importActual<typeof prices>(PACKAGE);
  expect(LABELS.length).toBeGreaterThan(10);
  for (const label of LABELS) expect(findProvider({ providerId: idOf(label)! })?.id, label).toBe(idOf(label));
});

it('what is multiplied here is what the package calculates, for every model', async () => {
  const { calcPrice, findProvider } = await vi.importActual<typeof prices>(PACKAGE);
  const table = new PackageTable({ calcPrice, findProvider });
  const startedAtEpochMillis = Date.UTC(2026, 10, 23, 12);
  const usages: Usage[] = [
    { input: 1234, output: 567 },
    { input: 1234, output: 567, cacheRead: 1000, cacheWrite: 34, reasoning: 500 },
    { input: 400_000, output: 0, cacheRead: 400_000 },
    { input: 0, output: 1 },
  ];
  let models = 0;
  for (const label of LABELS) {
    const provider = findProvider({ providerId: idOf(label)! })!;
    for (const { id: model } of provider.models) {
      const timestamp = new Date(startedAtEpochMillis);
      if (calcPrice({}, model, { providerId: provider.id, timestamp }) === null) continue;
      models += 1;
      for (const usage of usages) {
        const facts = { responseModel: model, usage };
        const found = table.price({ endpoint: { provider: label }, model, facts, startedAtEpochMillis } as Call);
        const { input: input_tokens, output: output_tokens, cacheRead, cacheWrite, reasoning } = usage;
        const parts = {
          cache_read_tokens: cacheRead,
          cache_write_tokens: cacheWrite,
          output_reasoning_tokens: reasoning,
        };
        const counts = { input_tokens, output_tokens, ...parts };
        const { total_price } = calcPrice(counts, model, { providerId: provider.id, timestamp })!;
        expect(Math.abs(found! - total_price), `${label} ${model}`).toBeLessThanOrEqual(total_price * 1e-12);
      }
    }
  }
  expect(models).toBeGreaterThan(1000);
});
