import { diag } from '@opentelemetry/api';
import type { ModelPrice } from '@pydantic/genai-prices';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call } from '../src/call';
import { idOf, type Package, PackageTable } from '../src/prices/package-table';
import type { Usage } from '../src/types';

const STARTED = Date.UTC(2026, 10, 23, 12);
const MILLION: Usage = { input: 1e6, output: 0 };

let told: string[];

beforeEach(() => {
  told = [];
  const warn = (line: string): void => void told.push(line);
  diag.setLogger({ error: warn, warn, info: warn, debug: warn, verbose: warn }, { suppressOverrideMessage: true });
});

afterEach(() => diag.disable());

/** A package of one provider with these models, whose calculation costs 100 dollars. */
function createTable(models: Record<string, ModelPrice | ModelPrice[]>, id = 'openai') {
  const provider = { id, models: Object.entries(models).map(([model, prices]) => ({ id: model, prices })) };
  const calcPrice = vi.fn((_usage: object, name: string) => {
    const model = provider.models.find((one) => one.id === name);
    if (model === undefined) return null;
    return { model, model_price: Array.isArray(model.prices) ? model.prices[0] : model.prices, total_price: 100 };
  });
  const findProvider = vi.fn(({ providerId }: { providerId: string }) => (providerId === id ? provider : undefined));
  const table = new PackageTable({ calcPrice, findProvider } as unknown as Package);
  return { table, calcPrice, findProvider, provider };
}

interface Ended {
  readonly provider?: string;
  readonly model?: string | undefined;
  readonly responseModel?: string;
  readonly usage?: Usage | undefined;
  readonly serviceTier?: string;
}

function callOf(ended: Ended): Call {
  const { provider, model, usage, ...facts } = { provider: 'openai', model: 'asked', usage: MILLION, ...ended };
  return { endpoint: { provider }, model, facts: { usage, ...facts }, startedAtEpochMillis: STARTED } as Call;
}

const PLAIN: ModelPrice = { input_mtok: 2, output_mtok: 8 };
/** A price that depends on how much there is, so that the package has to calculate it. */
const TIERED: ModelPrice = { input_mtok: { base: 2, tiers: [] }, output_mtok: 8 };

describe('a provider', () => {
  it.each([
    ['openai', 'openai'],
    ['bedrock', 'aws'],
    ['gemini', 'google'],
    ['vertex', 'google'],
    ['moonshot', 'moonshotai'],
    ['xai', 'x-ai'],
    ['nvidia-nim', undefined],
    ['google', undefined],
    ['constructor', undefined],
  ])('%s is %s in the package', (label, id) => {
    expect(idOf(label)).toBe(id);
  });

  it('that is unknown has no models and no prices', () => {
    const { table, findProvider } = createTable({ asked: PLAIN });
    expect(table.price(callOf({ provider: 'nvidia-nim' }))).toBeUndefined();
    expect(table.has(callOf({ provider: 'nvidia-nim' }))).toBe(false);
    expect(findProvider).not.toHaveBeenCalled();
    expect(table.price(callOf({ provider: 'groq' }))).toBeUndefined();
    expect(table.has(callOf({ provider: 'groq' }))).toBe(false);
  });

  it('has the models that are in its list, by their ids', () => {
    const { table } = createTable({ asked: PLAIN, other: PLAIN });
    expect([
      table.has(callOf({})),
      table.has(callOf({ model: 'none' })),
      table.has(callOf({ model: undefined })),
    ]).toEqual([true, false, false]);
  });
});

describe('the price of a call', () => {
  it('is that of the model that answered, else of the requested one', () => {
    const { table } = createTable({ asked: PLAIN, answered: { input_mtok: 5 } });
    expect(table.price(callOf({ responseModel: 'answered' }))).toBe(5);
    expect(table.price(callOf({ responseModel: 'nobody knows' }))).toBe(2);
    expect(table.price(callOf({}))).toBe(2);
    expect(table.price(callOf({ model: 'none', responseModel: 'neither' }))).toBeUndefined();
    expect(table.price(callOf({ model: undefined }))).toBeUndefined();
  });

  it.each(['azure', 'openrouter'])(
    'is not that of the requested name at %s, which says nothing of the model',
    (provider) => {
      const { table } = createTable({ asked: PLAIN }, provider);
      expect(table.price(callOf({ provider }))).toBeUndefined();
      expect(table.price(callOf({ provider, responseModel: 'asked' }))).toBe(2);
    },
  );

  it.each(['vertex', 'gemini'])('is found without the publisher that %s has before the name', (provider) => {
    const { table } = createTable({ asked: PLAIN }, 'google');
    expect(table.price(callOf({ provider, model: 'publishers/google/models/asked' }))).toBe(2);
    expect(table.price(callOf({ provider, model: 'none', responseModel: 'google/asked' }))).toBe(2);
  });

  it('is found with a name that has slashes elsewhere', () => {
    const { table } = createTable({ 'meta/asked': PLAIN }, 'together');
    expect(table.price(callOf({ provider: 'together', model: 'meta/asked' }))).toBe(2);
    expect(table.price(callOf({ provider: 'together', model: 'x/meta/asked' }))).toBeUndefined();
  });

  it('is half for a batch, where the service takes half and the price depends on nothing but the counts', () => {
    const { table } = createTable({ asked: PLAIN, tiered: TIERED });
    const batch = { serviceTier: 'batch' };
    expect(table.price(callOf({ ...batch, usage: { input: 1e6, output: 1e6 } }))).toBe((2 + 8) / 2);
    expect(table.price(callOf({ ...batch, model: 'tiered' }))).toBeUndefined();
    expect(table.price(callOf({ model: 'tiered' }))).toBe(100);
    const elsewhere = createTable({ asked: PLAIN }, 'together').table;
    expect(elsewhere.price(callOf({ ...batch, provider: 'together' }))).toBeUndefined();
    expect(elsewhere.price(callOf({ provider: 'together' }))).toBe(2);
  });

  it.each(['flex', 'performance', 'priority', 'reserved', 'scale'])('is not known of the tier %s', (serviceTier) => {
    const { table } = createTable({ asked: PLAIN });
    expect(table.price(callOf({ serviceTier }))).toBeUndefined();
    expect(table.price(callOf({ serviceTier: 'default' }))).toBe(2);
  });

  it('is not known where the input was not counted', () => {
    const { table } = createTable({ asked: PLAIN });
    expect(table.price(callOf({ usage: { output: 5 } }))).toBeUndefined();
    expect(table.price(callOf({ usage: undefined }))).toBeUndefined();
  });

  it('is looked up once for each name, also for a name that is not there', () => {
    const { table, calcPrice } = createTable({ asked: PLAIN });
    for (let time = 0; time < 3; time++) {
      table.price(callOf({ responseModel: 'nobody knows' }));
      table.price(callOf({}));
    }
    expect(calcPrice.mock.calls.map(([usage, name, options]: unknown[]) => [usage, name, options])).toEqual([
      [{}, 'nobody knows', { providerId: 'openai' }],
      [{}, 'asked', { providerId: 'openai' }],
    ]);
  });

  it('is looked up each time for names beyond a thousand', () => {
    const { table, calcPrice } = createTable({ asked: PLAIN });
    for (let name = 0; name < 1000; name++) table.price(callOf({ model: `made-up-${name}` }));
    calcPrice.mockClear();
    table.price(callOf({ model: 'made-up-999' }));
    expect(calcPrice).not.toHaveBeenCalled();
    for (let time = 0; time < 2; time++) expect(table.price(callOf({}))).toBe(2);
    expect(calcPrice).toHaveBeenCalledTimes(2);
  });
});

describe('what is multiplied here', () => {
  const cost = (prices: ModelPrice, usage: Usage) => {
    const { table, calcPrice } = createTable({ asked: prices });
    const usd = table.price(callOf({ usage }));
    return [usd, calcPrice.mock.calls.length === 1 ? 'here' : 'by the package'];
  };

  it.each<[string, ModelPrice, Usage, number]>([
    ['input and output', PLAIN, { input: 1e6, output: 1e6 }, 10],
    ['output that is not listed', PLAIN, { input: 0, output: 1e6, unlisted: 1e6 }, 16],
    ['reasoning up to all the output', PLAIN, { input: 0, output: 1e6, unlisted: 1e6, reasoning: 2e6 }, 16],
    ['what is cached, as dear as the input', PLAIN, { input: 1e6, output: 0, cacheRead: 5e5, cacheWrite: 5e5 }, 2],
    [
      'what is cached, with prices of its own',
      { ...PLAIN, cache_read_mtok: 1, cache_write_mtok: 4 },
      { input: 1e6, output: 0, cacheRead: 5e5, cacheWrite: 5e5 },
      2.5,
    ],
    [
      'reasoning with a price of its own',
      { ...PLAIN, output_reasoning_mtok: 20 },
      { input: 0, output: 1e6, reasoning: 5e5 },
      14,
    ],
    ['a model without a price for output', { input_mtok: 2 }, { input: 1e6, output: 1e6 }, 2],
    ['a model without a price for input', { output_mtok: 8 }, { input: 1e6, output: 1e6 }, 8],
    ['no sound', PLAIN, { input: 1e6, output: 0, audioInput: 0, audioOutput: 0 }, 2],
  ])('is %s', (_, prices, usage, usd) => {
    expect(cost(prices, usage)).toEqual([expect.closeTo(usd, 9), 'here']);
  });

  it.each<[string, ModelPrice, Usage]>([
    ['prices by the amount', TIERED, { input: 1e6, output: 0 }],
    ['a price for each request', { ...PLAIN, requests_kcount: 1 }, { input: 1e6, output: 0 }],
    ['more cached than was sent', PLAIN, { input: 10, output: 0, cacheRead: 6, cacheWrite: 5 }],
    ['more reasoning than output', PLAIN, { input: 10, output: 5, reasoning: 6 }],
  ])('is not %s', (_, prices, usage) => {
    expect(cost(prices, usage)).toEqual([100, 'by the package']);
  });

  it('is not a model with prices by time', () => {
    const { table } = createTable({ asked: [PLAIN, PLAIN] });
    expect(table.price(callOf({}))).toBe(100);
  });
});

describe('what the package calculates', () => {
  it('is told of totals, their parts, the one model, and the time of the call', () => {
    const { table, calcPrice, provider } = createTable({ other: PLAIN, asked: TIERED });
    const usage = { input: 10, output: 5, unlisted: 2, cacheRead: 3, cacheWrite: 2, reasoning: 1 };
    expect(table.price(callOf({ usage }))).toBe(100);
    expect(calcPrice.mock.calls.at(-1)).toEqual([
      {
        input_tokens: 10,
        output_tokens: 7,
        cache_read_tokens: 3,
        cache_write_tokens: 2,
        output_reasoning_tokens: 1,
        input_audio_tokens: undefined,
        output_audio_tokens: undefined,
      },
      'asked',
      { provider: { ...provider, models: [provider.models[1]] }, timestamp: new Date(STARTED) },
    ]);
  });

  const sound: ModelPrice = { ...PLAIN, input_audio_mtok: 40, output_audio_mtok: 80 };

  it.each<[string, ModelPrice, Usage, number | undefined]>([
    ['sound that has prices', sound, { input: 10, output: 5, audioInput: 4, audioOutput: 3 }, 100],
    [
      'spoken input without a price',
      { ...sound, input_audio_mtok: undefined } as ModelPrice,
      { input: 10, audioInput: 4 },
      undefined,
    ],
    [
      'spoken output without a price',
      { ...sound, output_audio_mtok: undefined } as ModelPrice,
      { input: 10, output: 5, audioOutput: 3 },
      undefined,
    ],
    [
      'spoken input where only output has no price',
      { ...sound, output_audio_mtok: undefined } as ModelPrice,
      { input: 10, audioInput: 4 },
      100,
    ],
    [
      'spoken output where only input has no price',
      { ...sound, input_audio_mtok: undefined } as ModelPrice,
      { input: 10, output: 5, audioOutput: 3 },
      100,
    ],
  ])('has %s', (_, prices, usage, usd) => {
    const { table } = createTable({ asked: prices });
    expect(table.price(callOf({ usage }))).toBe(usd);
  });

  it.each([
    [{ input: 10, cacheRead: 8, audioInput: 5 }, 3],
    [{ input: 10, cacheRead: 3, audioInput: 5 }, 0],
    [{ input: 10, cacheRead: 0, audioInput: 5 }, undefined],
  ])('is told of as little cached sound as %o allows', (usage, cached) => {
    const { table, calcPrice } = createTable({ asked: sound });
    table.price(callOf({ usage: { ...usage, output: 0 } }));
    const told = calcPrice.mock.calls.at(-1)![0] as { cache_audio_read_tokens?: number };
    expect(told.cache_audio_read_tokens).toBe(cached);
  });

  it('is nothing for a usage that contradicts itself, which is told once', () => {
    const { table, calcPrice } = createTable({ asked: TIERED });
    table.price(callOf({}));
    calcPrice.mockImplementation(() => {
      throw new Error('cache read tokens exceed input tokens');
    });
    for (let time = 0; time < 2; time++) expect(table.price(callOf({}))).toBeUndefined();
    expect(told).toEqual(['@grump/llm-otel-core: a usage that contradicts itself has no price']);
  });

  it('is nothing where the package has no price after all', () => {
    const { table, calcPrice } = createTable({ asked: TIERED });
    table.price(callOf({}));
    calcPrice.mockImplementation(() => null);
    expect(table.price(callOf({}))).toBeUndefined();
  });
});
