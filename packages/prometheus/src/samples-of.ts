import { type Exemplar, exemplarsByBucket } from './exemplars';
import { classicBuckets } from './exponential';
import type { FamilySnapshot, SeriesSnapshot, SeriesValue } from './family';
import { formatBound } from './numbers';

/** One number of a family, under the name and with the labels that a page would give it. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar?: Exemplar | undefined;
}

const NONE: readonly Exemplar[] = [];

/** All numbers of a family. */
export function* samplesOf({ name, series }: FamilySnapshot): Generator<Sample> {
  for (const one of series) yield* samplesOfSeries(name, one);
}

function* samplesOfSeries(name: string, { labels, value, exemplars = NONE }: SeriesSnapshot): Generator<Sample> {
  if (typeof value === 'number') {
    yield { name, labels, value, exemplar: exemplarsByBucket(exemplars, [])[0] };
    return;
  }
  if ('quantiles' in value) {
    for (const at of value.quantiles)
      yield { name, labels: { ...labels, quantile: String(at.quantile) }, value: at.value };
  } else {
    yield* bucketsOf(name, labels, value, exemplars);
  }
  if (value.sum !== undefined) yield { name: `${name}_sum`, labels, value: value.sum };
  yield { name: `${name}_count`, labels, value: value.count };
}

type Buckets = Exclude<SeriesValue, number | { readonly quantiles: unknown }>;

function* bucketsOf(
  name: string,
  labels: Sample['labels'],
  value: Buckets,
  exemplars: readonly Exemplar[],
): Generator<Sample> {
  const { boundaries, counts } = 'scale' in value ? classicBuckets(value) : value.buckets;
  const chosen = exemplars.length === 0 ? NONE : exemplarsByBucket(exemplars, boundaries);
  const bucket = (le: string, total: number, index: number): Sample => ({
    name: `${name}_bucket`,
    labels: { ...labels, le },
    value: total,
    exemplar: chosen[index],
  });
  let total = 0;
  for (const [index, boundary] of boundaries.entries()) {
    total += counts[index] ?? 0;
    yield bucket(formatBound(boundary), total, index);
  }
  yield bucket('+Inf', value.count, boundaries.length);
}
