import type { Label, Point } from './family';

/** One recorded value and where it came from. */
export interface Exemplar {
  /** `trace_id` and `span_id`. */
  readonly labels: readonly Label[];
  readonly value: number;
  readonly epochMillis: number;
}

/** Gives the exemplars of a series; none where `attributes` were not seen with any. */
export type FindExemplars = (instrument: string, attributes: Point['attributes']) => readonly Exemplar[];

/** The newest exemplar of each bucket, the last being what is above the last boundary. */
export function exemplarsByBucket(
  exemplars: readonly Exemplar[],
  boundaries: readonly number[],
): readonly (Exemplar | undefined)[] {
  const chosen: (Exemplar | undefined)[] = [];
  for (const exemplar of exemplars) {
    const bucket = bucketOf(exemplar.value, boundaries);
    const other = chosen[bucket];
    if (other === undefined || other.epochMillis <= exemplar.epochMillis) chosen[bucket] = exemplar;
  }
  return chosen;
}

/** Index of the bucket that counts `value`; boundaries are upper ends, and belong to their bucket. */
export function bucketOf(value: number, boundaries: readonly number[]): number {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (boundaries[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
