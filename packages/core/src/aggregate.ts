import type { Attributes } from '@opentelemetry/api';
import type { Instrument } from './catalogue';
import { entry } from './entry';
import type { HistogramValue } from './gaps';
import { OVERFLOW, SERIES_LIMIT } from './store';

/** One series of a histogram. */
export class HistogramPoint {
  readonly counts: Float64Array;
  count = 0;
  sum = 0;
  min: number = Number.POSITIVE_INFINITY;
  max: number = Number.NEGATIVE_INFINITY;

  constructor(
    readonly attributes: Attributes,
    readonly boundaries: readonly number[],
  ) {
    this.counts = new Float64Array(boundaries.length + 1);
  }

  record(value: number): void {
    let bucket = 0;
    while (bucket < this.boundaries.length && value > this.boundaries[bucket]!) bucket++;
    this.counts[bucket]! += 1;
    this.count += 1;
    this.sum += value;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }

  /** As sdk-metrics has it. */
  value(): HistogramValue {
    const { count, sum, min, max } = this;
    return { buckets: { boundaries: [...this.boundaries], counts: Array.from(this.counts) }, count, sum, min, max };
  }
}

/** What came since `before`. Nobody knows the extremes of that. */
export function since(now: HistogramValue, before: HistogramValue): HistogramValue {
  const counts = now.buckets.counts.map((count, bucket) => count - before.buckets.counts[bucket]!);
  const buckets = { boundaries: now.buckets.boundaries, counts };
  return { buckets, count: now.count - before.count, sum: now.sum - before.sum };
}

/** Equal for equal attributes, in whatever order. */
export const idOf = (attributes: Attributes): string =>
  JSON.stringify(Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1)));

/** A histogram of ours, in place of an SDK's: recording costs an addition. */
export class Aggregate {
  readonly points: Map<string, HistogramPoint> = new Map();

  constructor(private readonly boundaries: readonly number[]) {}

  /** The series of these attributes. */
  point(attributes: Attributes): HistogramPoint {
    const id = idOf(attributes);
    const full = this.points.size >= SERIES_LIMIT;
    const place = full && !this.points.has(id) ? '' : id;
    const found = this.points.get(place);
    if (found !== undefined) return found;
    const made = new HistogramPoint(place === '' ? OVERFLOW : attributes, this.boundaries);
    this.points.set(place, made);
    return made;
  }
}

/** The histograms of one meter provider that metric producers hand out. */
export class Aggregates {
  #aggregates = new Map<Instrument, Aggregate>();

  bind(instrument: Instrument, attributes: Attributes): HistogramPoint {
    return entry(this.#aggregates, instrument, () => new Aggregate(instrument.buckets ?? [])).point(attributes);
  }

  entries(): Iterable<[Instrument, Aggregate]> {
    return this.#aggregates;
  }
}
