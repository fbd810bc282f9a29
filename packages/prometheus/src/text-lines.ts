import { type Exemplar, exemplarsByBucket } from './exemplars';
import { classicBuckets } from './exponential';
import type { SeriesValue, Summary } from './family';
import { beforeValue, pairsText, type Surroundings, surround } from './labels-text';
import { formatBound, formatFloatBound, formatValue } from './numbers';

/** How OpenMetrics differs from the text format in the lines of its series. */
export interface LineOptions {
  /** Bounds and quantiles are floats always, exemplars are printed, and a histogram without a sum has no count. */
  readonly openMetrics: boolean;
}

type Histogram = Exclude<Exclude<SeriesValue, number>, Summary>;

/** Makes the lines of series of one name. */
export class TextLines {
  readonly #value: Surroundings;
  readonly #bucket: Surroundings;
  readonly #sum: Surroundings;
  readonly #count: Surroundings;
  readonly #openMetrics: boolean;
  /** Series of one instrument share their list of boundaries. */
  #boundaries: readonly number[] = [];
  #bounds: readonly string[] = ['le="+Inf"} '];

  constructor(name: string, { openMetrics }: LineOptions) {
    this.#value = beforeValue(name);
    this.#bucket = beforeValue(`${name}_bucket`);
    this.#sum = beforeValue(`${name}_sum`);
    this.#count = beforeValue(`${name}_count`);
    this.#openMetrics = openMetrics;
  }

  /** The line of a series that is a number, of which all before the value is there already. */
  after(head: string, value: number, exemplars: readonly Exemplar[]): string {
    // What is short becomes one string with what follows it, not a tree.
    return head + (formatValue(value) + ending(exemplars[0]));
  }

  /** The lines of one series, whose labels are given as they stand between the braces. */
  of(labels: string, value: SeriesValue, exemplars: readonly Exemplar[]): string {
    if (typeof value === 'number') return this.after(surround(this.#value, labels), value, exemplars);
    return 'quantiles' in value ? this.#summary(labels, value) : this.#histogram(labels, value, exemplars);
  }

  #histogram(labels: string, value: Histogram, exemplars: readonly Exemplar[]): string {
    const { boundaries, counts } = 'scale' in value ? classicBuckets(value) : value.buckets;
    if (boundaries !== this.#boundaries) this.#setBoundaries(boundaries);
    const chosen = exemplars.length === 0 ? undefined : exemplarsByBucket(exemplars, boundaries);
    const start = opened(this.#bucket, labels);
    let text = '';
    let cumulative = 0;
    for (let index = 0; index < boundaries.length; index++) {
      cumulative += counts[index] ?? 0;
      text += start + this.#bounds[index] + cumulative + ending(chosen?.[index]);
    }
    text += start + this.#bounds[boundaries.length] + value.count + ending(chosen?.[boundaries.length]);
    return text + this.#totals(labels, value.count, value.sum);
  }

  #summary(labels: string, { quantiles, count, sum }: Summary): string {
    const start = opened(this.#value, labels);
    let text = '';
    for (const { quantile, value } of quantiles) {
      text += `${start}quantile="${this.#bound(quantile)}"} ${formatValue(value)}\n`;
    }
    return text + this.#totals(labels, count, sum);
  }

  /** Histograms of values that may be negative have no sum, since it would not be a counter. */
  #totals(labels: string, count: number, sum: number | undefined): string {
    const hasSum = sum !== undefined && (!this.#openMetrics || (sum >= 0 && !((this.#boundaries[0] ?? 0) < 0)));
    const text = hasSum ? `${surround(this.#sum, labels)}${formatValue(sum)}\n` : '';
    return hasSum || !this.#openMetrics ? `${text}${surround(this.#count, labels)}${count}\n` : text;
  }

  #setBoundaries(boundaries: readonly number[]): void {
    this.#boundaries = boundaries;
    this.#bounds = [...boundaries, Number.POSITIVE_INFINITY].map((bound) => `le="${this.#bound(bound)}"} `);
  }

  #bound(bound: number): string {
    return this.#openMetrics ? formatFloatBound(bound) : formatBound(bound);
  }
}

/** All before one more label. */
const opened = ({ start }: Surroundings, labels: string): string => (labels === '' ? start : `${start}${labels},`);

/** All after the value. */
const ending = (exemplar: Exemplar | undefined): string => (exemplar === undefined ? '\n' : exemplarText(exemplar));

const exemplarText = ({ labels, value, epochMillis }: Exemplar): string =>
  ` # {${pairsText(labels)}} ${formatValue(value)} ${epochMillis / 1000}\n`;
