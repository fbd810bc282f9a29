import { GEN_AI_SECONDS, TPOT_V1 } from './buckets';

/** Every boundary of both per-chunk histograms, so that one bucket search serves the two. */
const BOUNDS: readonly number[] = [...new Set([...TPOT_V1, ...GEN_AI_SECONDS])].sort((left, right) => left - right);

/** The gap to count, in seconds. Not an argument: a number with a fraction that is handed to a function is allocated. */
export const gapSeconds: Float64Array = new Float64Array(1);

/** A histogram over {@link BOUNDS}: a few numbers, no attributes, no API. */
export class GapBuckets {
  readonly counts: Float64Array = new Float64Array(BOUNDS.length + 1);
  readonly sums: Float64Array = new Float64Array(BOUNDS.length + 1);
  min: number = Number.POSITIVE_INFINITY;
  max: number = Number.NEGATIVE_INFINITY;

  /** Counts the gap in {@link gapSeconds}. */
  add(): void {
    const seconds = gapSeconds[0]!;
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket++;
    this.counts[bucket]! += 1;
    this.sums[bucket]! += seconds;
    if (seconds < this.min) this.min = seconds;
    if (seconds > this.max) this.max = seconds;
  }

  /** Adds `other`. */
  merge(other: GapBuckets): this {
    for (let bucket = 0; bucket <= BOUNDS.length; bucket++) {
      this.counts[bucket]! += other.counts[bucket]!;
      this.sums[bucket]! += other.sums[bucket]!;
    }
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    return this;
  }

  clear(): void {
    this.counts.fill(0);
    this.sums.fill(0);
    this.min = Number.POSITIVE_INFINITY;
    this.max = Number.NEGATIVE_INFINITY;
  }
}

/** A histogram data point's value, in the shape of sdk-metrics. */
export interface HistogramValue {
  readonly buckets: { readonly boundaries: number[]; readonly counts: number[] };
  readonly sum: number;
  readonly count: number;
  readonly min?: number;
  readonly max?: number;
}

/** Folds the fine buckets into the `boundaries` of one instrument, which must all be boundaries of both per-chunk lists. */
export function toHistogram(gaps: GapBuckets, boundaries: readonly number[]): HistogramValue {
  const counts = new Array<number>(boundaries.length + 1).fill(0);
  let count = 0;
  let sum = 0;
  for (let fine = 0, coarse = 0; fine <= BOUNDS.length; fine++) {
    while (coarse < boundaries.length && (BOUNDS[fine] ?? Number.POSITIVE_INFINITY) > boundaries[coarse]!) coarse++;
    counts[coarse]! += gaps.counts[fine]!;
    count += gaps.counts[fine]!;
    sum += gaps.sums[fine]!;
  }
  const range = count > 0 ? { min: gaps.min, max: gaps.max } : {};
  return { buckets: { boundaries: [...boundaries], counts }, sum, count, ...range };
}

/**
 * Hands the gaps to `record` one by one, for a set-up without the metric producer: count, sum, buckets, min and max
 * come out as they were; values inside one bucket come out as their mean.
 */
export function replay(parts: readonly GapBuckets[], record: (seconds: number) => void): void {
  const min = Math.min(...parts.map((part) => part.min));
  const max = Math.max(...parts.map((part) => part.max));
  if (min > max) return;
  for (let bucket = 0; bucket <= BOUNDS.length; bucket++) {
    if (min > BOUNDS[bucket]!) continue;
    if (max <= BOUNDS[bucket - 1]!) return;
    replayBucket(parts, bucket, [min, max], record);
  }
}

function replayBucket(
  parts: readonly GapBuckets[],
  bucket: number,
  extremes: readonly [min: number, max: number],
  record: (seconds: number) => void,
): void {
  let count = 0;
  let sum = 0;
  for (const part of parts) {
    count += part.counts[bucket]!;
    sum += part.sums[bucket]!;
  }
  for (const extreme of extremes) {
    if (count === 0 || extreme > BOUNDS[bucket]! || extreme <= BOUNDS[bucket - 1]!) continue;
    record(extreme);
    count -= 1;
    sum -= extreme;
  }
  const mean = Math.min(Math.max(sum / count, extremes[0]), extremes[1]);
  for (; count > 0; count--) record(mean);
}

/**
 * The gaps of one series. Most chunks with content follow another such chunk, so that one gap counts for both
 * instruments (`both`); the rest is kept apart.
 */
export class GapPoint {
  readonly both: GapBuckets = new GapBuckets();
  /** Gaps before chunks without content, or after them: only of `time_per_output_chunk`. */
  readonly chunkOnly: GapBuckets = new GapBuckets();
  /** Gaps between content chunks with others in between: only of `llm_inter_token_latency_seconds`. */
  readonly tokenOnly: GapBuckets = new GapBuckets();

  chunkGaps(): GapBuckets {
    return new GapBuckets().merge(this.both).merge(this.chunkOnly);
  }

  tokenGaps(): GapBuckets {
    return new GapBuckets().merge(this.both).merge(this.tokenOnly);
  }

  /** Hands all of them to `token` and `chunk`, and forgets them. */
  flush(token: (seconds: number) => void, chunk: (seconds: number) => void): void {
    const { both, chunkOnly, tokenOnly } = this;
    replay([both, tokenOnly], token);
    replay([both, chunkOnly], chunk);
    for (const part of [both, chunkOnly, tokenOnly]) if (part.max >= 0) part.clear();
  }
}
