import type { ByteWriter } from './byte-writer';
import type { Escaping } from './escaping';
import { labelNamer } from './families';
import type { Family, Label, Point, Source } from './family';
import type { Format } from './format';
import { LabelCache } from './label-cache';
import { type LabelPlan, LabelPlans, labelPairs } from './labels';
import { labelsText, pairsText, writeLabels } from './labels-text';
import type { RenderOptions } from './render-options';

/** Tells apart the series of one family, whose labels must differ. */
export class FamilySeries {
  readonly #family: Family;
  readonly #format: Format;
  readonly #options: RenderOptions;
  /** The labels that were seen; only kept where two may be the same, since they take more memory than all else. */
  #seen: Set<string> | undefined;

  constructor(family: Family, format: Format, options: RenderOptions) {
    this.#family = family;
    this.#format = format;
    this.#options = options;
    if (family.sources.some((source) => !source.distinct) || family.sources.length > 1) this.#seen = new Set();
  }

  of(source: Source): SourceSeries {
    const { escaping } = this.#format;
    return new SourceSeries(source, escaping, labelNamer(source, escaping, this.#options), this);
  }

  /** Counts a series that is not printed. */
  refuse(labels: string, reason: string): void {
    this.#options.tally.series -= 1;
    this.#options.tally.dropped += 1;
    this.#options.warn(`a series of '${this.#family.name}' left out: ${reason}`, labels);
  }

  /** Those of a batch that are to be printed; `done` are the points of `series` that came before. */
  admit(series: SourceSeries, points: readonly Point[], done: number): readonly Point[] {
    this.#options.tally.series += points.length;
    if (this.#seen === undefined && series.isAmbiguous(points, done)) this.#seen = series.first(done);
    const seen = this.#seen;
    return seen === undefined ? points : points.filter((point) => this.#isNew(seen, series.textOf(point)));
  }

  #isNew(seen: Set<string>, labels: string): boolean {
    if (!seen.has(labels)) return seen.add(labels) !== undefined;
    this.refuse(labels, 'another one has the same labels');
    return false;
  }
}

/** The series of one source. */
export class SourceSeries {
  readonly #source: Source;
  readonly #plans: LabelPlans;
  readonly #family: FamilySeries;
  /** The labels that all of them carry, as they stand between the braces. */
  readonly #common: string;
  readonly #cacheKey: string;
  readonly #cache: LabelCache | undefined;

  constructor(source: Source, escaping: Escaping, nameLabel: (key: string) => string, family: FamilySeries) {
    this.#common = pairsText(source.labels);
    this.#source = source;
    this.#cacheKey = `${escaping} ${this.#common}`;
    const makePlans = (): LabelPlans => new LabelPlans(nameLabel);
    this.#cache = source.keeper && cacheOf(source.keeper);
    this.#plans = this.#cache?.open(this.#cacheKey, makePlans) ?? makePlans();
    this.#family = family;
  }

  /** In batches, any of which may be empty, with the number of points before each. */
  *batches(): Generator<readonly [points: readonly Point[], done: number]> {
    let done = 0;
    for (const points of this.#source.points()) {
      yield [this.#family.admit(this, points, done), done];
      done += points.length;
    }
  }

  /** Writes the labels of a point, which is the one of this number unless some were left out. */
  write(writer: ByteWriter, point: Point, index: number): void {
    const cache = this.#cache?.isAmbiguous ? undefined : this.#cache;
    if (cache?.has(this.#cacheKey, index, point.attributes)) {
      cache.write(writer, index);
      return;
    }
    const start = writer.length;
    writeLabels(writer, this.#common, this.planOf(point), point.attributes);
    cache?.append(this.#cacheKey, index, point.attributes, writer.since(start));
  }

  planOf({ attributes }: Point): LabelPlan {
    return this.#plans.of(attributes);
  }

  /** The labels as they stand between the braces. */
  textOf(point: Point): string {
    return labelsText(this.#common, this.planOf(point), point.attributes);
  }

  pairsOf(point: Point): Label[] {
    return labelPairs(this.#source.labels, this.planOf(point).labels, point.attributes);
  }

  /** Whether one of these points may have the labels of another one of this source. */
  isAmbiguous(points: readonly Point[], done: number): boolean {
    const cache = this.#cache;
    if (cache?.isAmbiguous) return true;
    const isKnown = (point: Point, index: number): boolean =>
      cache?.has(this.#cacheKey, done + index, point.attributes) === true;
    if (points.every(isKnown)) return false;
    const isAmbiguous = points.some(({ attributes }) => LabelPlans.isAmbiguous(this.#plans.of(attributes), attributes));
    if (cache !== undefined) cache.isAmbiguous = isAmbiguous;
    return isAmbiguous;
  }

  /** The labels of the first series, which went out before it was known that two may have the same. */
  first(count: number): Set<string> {
    const seen = new Set<string>();
    let left = count;
    for (const points of this.#source.points()) {
      for (const point of points) {
        if (left === 0) return seen;
        left -= 1;
        seen.add(this.textOf(point));
      }
    }
    return seen;
  }
}

const caches = new WeakMap<object, LabelCache>();

function cacheOf(keeper: object): LabelCache {
  let cache = caches.get(keeper);
  if (cache === undefined) {
    cache = new LabelCache();
    caches.set(keeper, cache);
  }
  return cache;
}
