import type { PricedCall, Pricing } from '../pricing';
import type { Usage } from '../types';

/**
 * Prices of a model in US dollars per million tokens. A part without a price of its own costs what the whole does: cached
 * and audio tokens what `input` does, reasoning and audio tokens what `output` does.
 */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** What is written for an hour. Default: `cacheWrite`. */
  readonly cacheWrite1h?: number;
  readonly reasoning?: number;
  readonly audioInput?: number;
  readonly audioOutput?: number;
}

const INPUT_PARTS = ['cacheRead', 'cacheWrite', 'audioInput'] as const;
const OUTPUT_PARTS = ['reasoning', 'audioOutput'] as const;
const NAMES: readonly string[] = ['input', 'output', ...INPUT_PARTS, 'cacheWrite1h', ...OUTPUT_PARTS];

/**
 * A pricing function from prices by model, in US dollars per million tokens. The model that answered counts, else the
 * requested one, else `*`; without any of them the call has no price, and neither has one without input tokens.
 *
 * @throws TypeError for a price that is none
 */
export function perMillionTokens(prices: Readonly<Record<string, TokenPrices>>): Pricing {
  const known = new Map(Object.entries(prices ?? {}));
  if (known.size === 0)
    throw new TypeError('perMillionTokens has no prices; give some by model, or for * as any model');
  for (const [model, row] of known) checkRow(model, row);
  return (model: string, usage: Usage, { responseModel }: PricedCall) => {
    const row = known.get(responseModel) ?? known.get(model) ?? known.get('*');
    return row && usage.input !== undefined ? priceOf(usage, row) : undefined;
  };
}

/** US dollars of a usage. */
export function priceOf(usage: Usage, row: TokenPrices): number {
  const { cacheWrite = row.input, cacheWrite1h = cacheWrite } = row;
  const longer = (usage.cacheWrite1h ?? 0) * (cacheWrite1h - cacheWrite);
  return (priceSide(usage, row, 'input', INPUT_PARTS) + longer + priceSide(usage, row, 'output', OUTPUT_PARTS)) / 1e6;
}

function priceSide(
  usage: Usage,
  row: TokenPrices,
  whole: 'input' | 'output',
  parts: readonly (keyof TokenPrices)[],
): number {
  let rest = (usage[whole] ?? 0) + (whole === 'output' ? (usage.unlisted ?? 0) : 0);
  let usd = 0;
  for (const part of parts) {
    const price = row[part];
    if (price === undefined) continue;
    const count = usage[part] ?? 0;
    usd += count * price;
    rest -= count;
  }
  return usd + Math.max(0, rest) * row[whole];
}

function checkRow(model: string, row: TokenPrices): void {
  const unknown = Object.keys(Object(row)).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`the prices of ${model} have no ${unknown}; there are ${NAMES.join(', ')}`);
  }
  for (const name of NAMES as (keyof TokenPrices)[]) {
    const price: unknown = row?.[name];
    if (price === undefined && name !== 'input' && name !== 'output') continue;
    if (typeof price === 'number' && Number.isFinite(price) && price >= 0) continue;
    throw new TypeError(`the ${name} price of ${model} is ${String(price)}; give US dollars per million tokens`);
  }
}
