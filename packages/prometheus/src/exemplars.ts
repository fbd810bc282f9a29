import type { Exemplar, Point } from './family';

export type { Exemplar } from './family';

/** Gives the exemplars of a series: those that its point carries, or those that were seen with its attributes. */
export type FindExemplars = (instrument: string | undefined, point: Point) => readonly Exemplar[];

/** Characters that the labels of an exemplar may have in OpenMetrics, names and values together. */
const MOST_CHARACTERS = 128;

/** Whether OpenMetrics can have this exemplar. */
export function isShort({ labels }: Exemplar): boolean {
  let characters = 0;
  for (const [name, value] of labels) characters += [...name].length + [...value].length;
  return characters <= MOST_CHARACTERS;
}

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

/** Those of two sources of one series that are worth keeping: the newest of each bucket, or of a number. */
export function joinExemplars(
  left: readonly Exemplar[] = [],
  right: readonly Exemplar[] = [],
  boundaries: readonly number[] = [],
): readonly Exemplar[] {
  return exemplarsByBucket([...left, ...right], boundaries).filter((exemplar) => exemplar !== undefined);
}
