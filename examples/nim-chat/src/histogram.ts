import { matches, parseValue, type Sample } from './page.ts';

/** A bucket as the page has it: how many values are at most `bound`. */
export interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/** The buckets of a histogram, summed over all series with these labels: `sum by (le)`. */
export function bucketsOf(samples: readonly Sample[], name: string, labels: Sample['labels']): Bucket[] {
  const counts = new Map<number, number>();
  for (const sample of samples) {
    if (!matches(sample, `${name}_bucket`, labels)) continue;
    const bound = parseValue(sample.labels.le ?? '');
    counts.set(bound, (counts.get(bound) ?? 0) + sample.value);
  }
  return Array.from(counts, ([bound, count]) => ({ bound, count })).sort((a, b) => a.bound - b.bound);
}

/**
 * Estimates a quantile as Prometheus' `histogram_quantile` does: values are taken to be spread evenly within their
 * bucket, the first bucket starts at 0, and what is above the last bound counts as that bound.
 */
export function quantile(q: number, buckets: readonly Bucket[]): number | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0 || buckets.length < 2) return undefined;
  const rank = q * total;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const { bound: end, count } = buckets[at] ?? { bound: Number.POSITIVE_INFINITY, count: total };
  if (end === Number.POSITIVE_INFINITY) return buckets.at(-2)?.bound;
  const { bound: start, count: below } = buckets[at - 1] ?? { bound: 0, count: 0 };
  return start + (end - start) * ((rank - below) / (count - below));
}
