import { labelNamer } from './families';
import type { Family, Label, Point, Source } from './family';
import type { Format } from './format';
import { type LabelCache, labelCacheOf } from './label-cache';
import { type LabelPlan, LabelPlans, labelPairs } from './labels';
import { beforeValue, labelsText, NOTHING, pairsText, type Surroundings } from './labels-text';
import type { RenderOptions } from './render-options';

/** The types of families whose values are numbers, if they come from the SDK. */
const NUMBERS: ReadonlySet<Family['type']> = new Set(['counter', 'gauge']);

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
    const { name, type } = this.#family;
    // Where the values are surely numbers: what is kept for a series is then all of its line that stays.
    const head = source.keeper !== undefined && NUMBERS.has(type) ? beforeValue(name) : undefined;
    const nameLabel = labelNamer(source, this.#format.escaping, this.#options);
    return new SourceSeries(source, this.#format, nameLabel, this, head);
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
    if (seen === undefined) return points;
    return points.filter((point, index) => this.#isNew(seen, series.textOf(point, done + index)));
  }

  #isNew(seen: Set<string>, labels: string): boolean {
    if (!seen.has(labels)) return seen.add(labels) !== undefined;
    this.refuse(labels, 'another one has the same labels');
    return false;
  }
}

/** The series of one source. */
export class SourceSeries {
  /** Whether the text of a series is all before its value, not its labels alone. */
  readonly hasHeads: boolean;
  readonly #source: Source;
  readonly #plans: LabelPlans;
  readonly #family: FamilySeries;
  /** The labels that all of them carry, as they stand between the braces. */
  readonly #common: string;
  readonly #cache: LabelCache | undefined;
  readonly #isText: boolean;
  readonly #around: Surroundings;

  constructor(
    source: Source,
    { escaping, syntax }: Format,
    nameLabel: (key: string) => string,
    family: FamilySeries,
    head: Surroundings | undefined,
  ) {
    this.hasHeads = head !== undefined;
    this.#around = head ?? NOTHING;
    this.#common = pairsText(source.labels);
    this.#source = source;
    const makePlans = (): LabelPlans => new LabelPlans(nameLabel);
    this.#cache =
      source.keeper && labelCacheOf(source.keeper, `${escaping} ${this.#around.start} ${this.#common}`, makePlans);
    this.#plans = this.#cache?.plans ?? makePlans();
    this.#family = family;
    this.#isText = syntax !== 'protobuf';
  }

  /** In batches, any of which may be empty, with the number of points before each. */
  *batches(): Generator<readonly [points: readonly Point[], done: number]> {
    let done = 0;
    for (const points of this.#source.points()) {
      yield [this.#family.admit(this, points, done), done];
      done += points.length;
    }
    this.#cache?.cut(done);
  }

  /** The labels as they stand between the braces, or with all before the value, of the point of this number unless some were left out. */
  textOf(point: Point, index: number): string {
    const cache = this.#cache;
    const known = cache?.get(index, point.attributes);
    if (known !== undefined) return known;
    const text = this.#makeText(this.#plans.of(point.attributes), point.attributes);
    if (cache !== undefined && !cache.isAmbiguous) cache.set(index, point.attributes, text);
    return text;
  }

  #makeText(plan: LabelPlan, attributes: Point['attributes']): string {
    return labelsText(this.#common, plan, attributes, this.#around);
  }

  pairsOf(point: Point): Label[] {
    return labelPairs(this.#source.labels, this.#plans.of(point.attributes).labels, point.attributes);
  }

  /** Whether one of these points may have the labels of another one of this source. Text is made on the way. */
  isAmbiguous(points: readonly Point[], done: number): boolean {
    const cache = this.#cache;
    if (cache?.isAmbiguous) return true;
    for (let index = 0; index < points.length; index++) {
      const { attributes } = points[index] as Point;
      if (cache?.get(done + index, attributes) !== undefined) continue;
      const plan = this.#plans.of(attributes);
      if (LabelPlans.isAmbiguous(plan, attributes)) {
        if (cache !== undefined) cache.isAmbiguous = true;
        return true;
      }
      if (this.#isText) cache?.set(done + index, attributes, this.#makeText(plan, attributes));
    }
    return false;
  }

  /** The labels of the first series, which went out before it was known that two may have the same. */
  first(count: number): Set<string> {
    const seen = new Set<string>();
    let left = count;
    for (const points of this.#source.points()) {
      for (const point of points) {
        if (left === 0) return seen;
        seen.add(this.textOf(point, count - left));
        left -= 1;
      }
    }
    return seen;
  }
}
