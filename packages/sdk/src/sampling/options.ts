/** Which spans of calls are kept, see {@link tailSampler}. */
export interface TailSamplerOptions {
  /** Share of the calls that nothing else keeps, from 0 to 1. Default 0.1. */
  readonly ratio?: number | undefined;
  /**
   * A first token that took longer than this quantile of its model's latest is slow, and its call kept; from 0 to 1, where
   * 1 keeps what is the slowest so far. Default 0.95.
   */
  readonly slowQuantile?: number | undefined;
  /** First tokens that the quantile looks back on, for each model; at least 20. Default 200. */
  readonly window?: number | undefined;
  /** US dollars from which a call is costly, and kept. Default: none is. */
  readonly costlyUsd?: number | undefined;
  /** Spans that are held at a time, at most: of calls under way, and what was started inside of them. Default 2000. */
  readonly maxSpans?: number | undefined;
}

interface Rule {
  readonly byDefault: number;
  readonly allowed: string;
  readonly accepts: (value: number) => boolean;
}

type Checked = Readonly<Record<keyof TailSamplerOptions, number>>;

const RULES: Readonly<Record<keyof TailSamplerOptions, Rule>> = {
  ratio: { byDefault: 0.1, allowed: 'a number from 0 to 1', accepts: (value) => value >= 0 && value <= 1 },
  slowQuantile: {
    byDefault: 0.95,
    allowed: 'a number above 0, up to 1',
    accepts: (value) => value > 0 && value <= 1,
  },
  window: {
    byDefault: 200,
    allowed: 'a whole number from 20 to 10000',
    accepts: (value) => Number.isInteger(value) && value >= 20 && value <= 10_000,
  },
  costlyUsd: {
    byDefault: Number.POSITIVE_INFINITY,
    allowed: 'a number of US dollars from 0',
    accepts: (value) => value >= 0,
  },
  maxSpans: {
    byDefault: 2000,
    allowed: 'a whole number from 1',
    accepts: (value) => Number.isInteger(value) && value >= 1,
  },
};

/** The options with their defaults. @throws TypeError with what is allowed */
export function checkTailSampler(options: TailSamplerOptions): Checked {
  const names = Object.keys(RULES) as (keyof TailSamplerOptions)[];
  for (const name of Object.keys(options)) {
    if (!names.includes(name as keyof TailSamplerOptions)) throw wrong(`has no option ${name}`, names.join(', '));
  }
  return Object.fromEntries(names.map((name) => [name, checked(name, options[name])])) as Checked;
}

function checked(name: keyof TailSamplerOptions, value: unknown): number {
  const { byDefault, allowed, accepts } = RULES[name];
  if (value === undefined) return byDefault;
  if (typeof value !== 'number' || !accepts(value)) throw wrong(`got ${name} ${String(value)}`, allowed);
  return value;
}

const wrong = (what: string, allowed: string): TypeError =>
  new TypeError(`tailSampler ${what}; allowed is ${allowed}.`);
