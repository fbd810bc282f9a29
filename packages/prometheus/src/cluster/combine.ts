import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';

/** Both histograms in one. Where their boundaries differ, those that both have are kept: coarser, and still exact. */
export function combineHistograms(left: Histogram, right: Histogram): Histogram {
  const boundaries = common(left.buckets.boundaries, right.buckets.boundaries);
  const other = countsFor(boundaries, right);
  const counts = countsFor(boundaries, left).map((count, index) => count + (other[index] ?? 0));
  return { ...combineStatistics(left, right), buckets: { boundaries, counts } };
}

/** As many buckets as the SDK has for each sign, unless told otherwise. */
const MAX_BUCKETS = 160;

/** Both histograms in one, of the coarser scale; still coarser where their values are far apart. */
export function combineExponential(left: ExponentialHistogram, right: ExponentialHistogram): ExponentialHistogram {
  let scale = Math.min(left.scale, right.scale);
  while (width('positive', left, right, scale) > MAX_BUCKETS || width('negative', left, right, scale) > MAX_BUCKETS) {
    scale -= 1;
  }
  const side = (name: 'positive' | 'negative') =>
    addBuckets(coarsen(left[name], left.scale - scale), coarsen(right[name], right.scale - scale));
  return {
    ...combineStatistics(left, right),
    scale,
    zeroCount: left.zeroCount + right.zeroCount,
    positive: side('positive'),
    negative: side('negative'),
  };
}

interface Statistics {
  readonly count: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
}

function combineStatistics(left: Statistics, right: Statistics): { count: number; sum?: number } {
  const both = (name: 'sum' | 'min' | 'max', join: (a: number, b: number) => number) => {
    const [one, two] = [left[name], right[name]];
    return one === undefined || two === undefined ? {} : { [name]: join(one, two) };
  };
  return {
    count: left.count + right.count,
    ...both('sum', (one, two) => one + two),
    ...both('min', Math.min),
    ...both('max', Math.max),
  };
}

function common(left: number[], right: number[]): number[] {
  const there = new Set(right);
  return left.filter((boundary) => there.has(boundary));
}

/** The counts between fewer boundaries, all of which the histogram has. */
function countsFor(boundaries: number[], { buckets }: Histogram): number[] {
  const counts = [0];
  for (const [index, count] of buckets.counts.entries()) {
    counts[counts.length - 1]! += count;
    if (index < buckets.boundaries.length && buckets.boundaries[index] === boundaries[counts.length - 1])
      counts.push(0);
  }
  return counts;
}

type Buckets = ExponentialHistogram['positive'];

/** How many buckets there would be from the first to the last. */
function width(
  side: 'positive' | 'negative',
  left: ExponentialHistogram,
  right: ExponentialHistogram,
  scale: number,
): number {
  const used = [left, right].filter((one) => one[side].bucketCounts.length > 0);
  if (used.length === 0) return 0;
  const at = (one: ExponentialHistogram, index: number) => index >> (one.scale - scale);
  const first = used.map((one) => at(one, one[side].offset));
  const last = used.map((one) => at(one, one[side].offset + one[side].bucketCounts.length - 1));
  return Math.max(...last) - Math.min(...first) + 1;
}

function coarsen({ offset, bucketCounts }: Buckets, shift: number): Buckets {
  const first = offset >> shift;
  const counts: number[] = [];
  for (const [index, count] of bucketCounts.entries()) {
    const place = ((offset + index) >> shift) - first;
    counts[place] = (counts[place] ?? 0) + count;
  }
  return { offset: first, bucketCounts: counts };
}

function addBuckets(left: Buckets, right: Buckets): Buckets {
  if (left.bucketCounts.length === 0) return right;
  if (right.bucketCounts.length === 0) return left;
  const offset = Math.min(left.offset, right.offset);
  const end = Math.max(left.offset + left.bucketCounts.length, right.offset + right.bucketCounts.length);
  const bucketCounts = new Array<number>(end - offset).fill(0);
  for (const side of [left, right]) {
    for (const [index, count] of side.bucketCounts.entries()) bucketCounts[side.offset - offset + index]! += count;
  }
  return { offset, bucketCounts };
}
