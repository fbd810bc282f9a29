import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';

/** A run of buckets of a native histogram, after a gap of `offset` from the run before. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Buckets of one sign; the counts of all spans in a row. */
export interface NativeBuckets {
  readonly spans: readonly Span[];
  readonly counts: readonly number[];
}

/** The parts of a native histogram that an exponential one does not name the same way. */
export interface NativeHistogram {
  readonly schema: number;
  readonly positive: NativeBuckets;
  readonly negative: NativeBuckets;
}

const COARSEST = -4;
const FINEST = 8;

/** The native histogram that an exponential one is; `undefined` where its buckets are coarser than Prometheus has them. */
export function nativeHistogram({ scale, positive, negative }: ExponentialHistogram): NativeHistogram | undefined {
  if (scale < COARSEST) return undefined;
  const shift = Math.max(0, scale - FINEST);
  return { schema: scale - shift, positive: nativeBuckets(positive, shift), negative: nativeBuckets(negative, shift) };
}

/** Bucket `i` of OpenTelemetry ends where bucket `i + 1` of Prometheus does: one counts lower ends, the other upper ones. */
function nativeBuckets({ offset, bucketCounts }: ExponentialHistogram['positive'], shift: number): NativeBuckets {
  const counts = new Map<number, number>();
  bucketCounts.forEach((count, index) => {
    if (count === 0) return;
    const place = ((offset + index) >> shift) + 1;
    counts.set(place, (counts.get(place) ?? 0) + count);
  });
  return { spans: spansOf([...counts.keys()]), counts: [...counts.values()] };
}

function spansOf(places: readonly number[]): Span[] {
  const spans: { offset: number; length: number }[] = [];
  let end = 0;
  for (const place of places) {
    const last = spans.at(-1);
    if (last !== undefined && place === end) last.length += 1;
    else spans.push({ offset: last === undefined ? place : place - end, length: 1 });
    end = place + 1;
  }
  return spans;
}
