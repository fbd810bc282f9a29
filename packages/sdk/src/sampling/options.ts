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

/** @throws TypeError with what is allowed */
export function checkTailSampler(options: TailSamplerOptions): Required<{ [Key in keyof TailSamplerOptions]: number }> {
  const {
    ratio = 0.1,
    slowQuantile = 0.95,
    window = 200,
    costlyUsd = Number.POSITIVE_INFINITY,
    maxSpans = 2000,
  } = options;
  check('ratio', ratio, ratio >= 0 && ratio <= 1, 'a number from 0 to 1');
  check('slowQuantile', slowQuantile, slowQuantile > 0 && slowQuantile <= 1, 'a number above 0, up to 1');
  check(
    'window',
    window,
    Number.isInteger(window) && window >= 20 && window <= 10_000,
    'a whole number from 20 to 10000',
  );
  check('costlyUsd', costlyUsd, costlyUsd >= 0, 'a number of US dollars');
  check('maxSpans', maxSpans, Number.isInteger(maxSpans) && maxSpans >= 1, 'a whole number from 1');
  return { ratio, slowQuantile, window, costlyUsd, maxSpans };
}

function check(name: string, value: unknown, isRight: boolean, allowed: string): void {
  if (!isRight) throw new TypeError(`tailSampler got ${name} ${String(value)}; allowed is ${allowed}.`);
}
