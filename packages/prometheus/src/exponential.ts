import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';

/** Classic buckets: each boundary is the upper end of the count beside it; what lies above the last is not listed. */
export interface ClassicBuckets {
  readonly boundaries: number[];
  readonly counts: number[];
}

/** Finest scale printed: four buckets per doubling. The SDK's own scale changes with the data, and so would every `le`. */
const FINEST_SCALE = 2;

/** The classic buckets that an exponential histogram fits into, at most four per doubling. */
export function classicBuckets({ scale, zeroCount, positive, negative }: ExponentialHistogram): ClassicBuckets {
  const shift = Math.max(0, scale - FINEST_SCALE);
  const bound = (index: number): number => 2 ** (index * 2 ** (shift - scale));
  const buckets: ClassicBuckets = { boundaries: [], counts: [] };

  // An empty bucket goes first on either side: without it quantiles are interpolated from zero.
  const below = coarsen(negative, shift);
  if (below.counts.length > 0) add(buckets, -bound(below.first + below.counts.length), 0);
  for (const [index, count] of [...below.counts.entries()].reverse()) add(buckets, -bound(below.first + index), count);

  if (zeroCount > 0) add(buckets, 0, zeroCount);

  const above = coarsen(positive, shift);
  if (above.counts.length > 0) add(buckets, bound(above.first), 0);
  for (const [index, count] of above.counts.entries()) add(buckets, bound(above.first + index + 1), count);
  return buckets;
}

/** Merges each 2^`shift` neighbours into one, aligned so that their common upper end is a bound of the coarser scale. */
function coarsen({ offset, bucketCounts }: ExponentialHistogram['positive'], shift: number) {
  const first = offset >> shift;
  const counts: number[] = [];
  bucketCounts.forEach((count, index) => {
    const place = ((offset + index) >> shift) - first;
    counts[place] = (counts[place] ?? 0) + count;
  });
  return { first, counts };
}

function add({ boundaries, counts }: ClassicBuckets, boundary: number, count: number): void {
  if (!Number.isFinite(boundary)) return;
  const last = boundaries.length - 1;
  if (boundaries[last] === boundary) {
    counts[last] = (counts[last] ?? 0) + count;
    return;
  }
  boundaries.push(boundary);
  counts.push(count);
}
