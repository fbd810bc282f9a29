import { describe, expect, it } from 'vitest';
import { perMillionTokens, type TokenPrices } from '../src/prices/per-million-tokens';
import type { Usage } from '../src/types';

const call = { provider: 'x', operation: 'chat', responseModel: 'served', durationSeconds: 1, sharedSeconds: 1 };
const PLAIN: TokenPrices = { input: 2, output: 8 };
const FULL: TokenPrices = { ...PLAIN, cacheRead: 0.5, cacheWrite: 2.5, reasoning: 6, audioInput: 32, audioOutput: 64 };

const priceOf = (usage: Usage, prices: TokenPrices) => perMillionTokens({ served: prices })('asked', usage, call);

describe('prices per million tokens', () => {
  const parts: Usage = { cacheRead: 300, cacheWrite: 100, reasoning: 50, audioInput: 200, audioOutput: 20 };
  const usage: Usage = { input: 1000, output: 100, ...parts };

  it.each<[string, Usage, TokenPrices, number]>([
    ['input and output', { input: 1000, output: 100 }, PLAIN, 1000 * 2 + 100 * 8],
    [
      'each part at its price, the rest at the plain one',
      usage,
      FULL,
      400 * 2 + 300 * 0.5 + 100 * 2.5 + 200 * 32 + 30 * 8 + 50 * 6 + 20 * 64,
    ],
    ['parts without a price as the whole', usage, PLAIN, 1000 * 2 + 100 * 8],
    ['some parts', usage, { ...PLAIN, cacheRead: 0 }, 700 * 2 + 100 * 8],
    ['output that is listed, and that is not', { input: 1000, output: 100, unlisted: 40 }, PLAIN, 1000 * 2 + 140 * 8],
    [
      'what is written for an hour at its own price',
      { ...usage, cacheWrite1h: 60 },
      { ...PLAIN, cacheWrite: 2.5, cacheWrite1h: 4 },
      900 * 2 + 40 * 2.5 + 60 * 4 + 100 * 8,
    ],
    ['what is written for an hour as other writes', { ...usage, cacheWrite1h: 60 }, PLAIN, 1000 * 2 + 100 * 8],
    ['no output, as an embedding', { input: 1000 }, PLAIN, 1000 * 2],
    ['free', usage, { input: 0, output: 0 }, 0],
    ['more parts than there is of the whole', { input: 1, output: 1, cacheRead: 4 }, FULL, 4 * 0.5 + 8],
  ])('are for %s', (_, tokens, prices, dollars) => {
    expect(priceOf(tokens, prices)).toBeCloseTo(dollars / 1e6, 15);
  });

  it('are none for output alone: the input is not known', () => {
    expect(priceOf({ output: 100 }, PLAIN)).toBeUndefined();
  });

  it('go by the model that answered, then the requested one, then any', () => {
    const by = (...models: string[]) =>
      perMillionTokens(Object.fromEntries(models.map((model, index) => [model, { input: index + 1, output: 0 }])))(
        'asked',
        { input: 1e6 },
        call,
      );
    expect(by('*', 'asked', 'served')).toBe(3);
    expect(by('*', 'asked')).toBe(2);
    expect(by('*')).toBe(1);
    expect(by('another')).toBeUndefined();
  });

  it('know no model that every object has', () => {
    const pricing = perMillionTokens({ served: PLAIN });
    expect(pricing('constructor', { input: 1 }, { ...call, responseModel: '__proto__' })).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [undefined, 'no prices'],
    [{}, 'no prices'],
    [{ a: undefined }, 'input price of a is undefined'],
    [{ a: null }, 'input price of a is undefined'],
    [{ a: 2 }, 'input price of a is undefined'],
    [{ a: { input: 1 } }, 'output price of a is undefined'],
    [{ a: { input: '1', output: 2 } }, 'input price of a is 1'],
    [{ a: { input: 1, output: Number.POSITIVE_INFINITY } }, 'output price of a is Infinity'],
    [{ a: { input: 1, output: -2 } }, 'output price of a is -2'],
    [{ a: { ...PLAIN, cacheRead: Number.NaN } }, 'cacheRead price of a is NaN'],
    [{ a: { ...PLAIN, audioInput: null } }, 'audioInput price of a is null'],
    [{ a: { ...PLAIN, cached: 1 } }, 'have no cached; there are input, output, cacheRead'],
  ])('%j are refused, with what they must be', (wrong, message) => {
    expect(() => perMillionTokens(wrong as never)).toThrow(TypeError);
    expect(() => perMillionTokens(wrong as never)).toThrow(message);
  });
});
