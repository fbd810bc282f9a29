import type { ByteWriter } from './byte-writer';
import { escapeText, isPlainName } from './escaping';
import { type Exemplar, exemplarsByBucket } from './exemplars';
import { classicBuckets } from './exponential';
import type { SeriesValue, Summary } from './family';
import { pairsText } from './labels-text';
import { formatBound, formatFloatBound, formatValue } from './numbers';

/** How OpenMetrics differs from the text format in the lines of its series. */
export interface LineOptions {
  /** Bounds and quantiles are floats always, exemplars are printed, and a histogram without a sum has no count. */
  readonly openMetrics: boolean;
}

type Histogram = Exclude<Exclude<SeriesValue, number>, Summary>;

/** Writes the labels of the series at hand, as they stand between the braces. */
export type WriteLabels = () => void;

/** Writes the lines of series of one name. */
export class TextLines {
  readonly #writer: ByteWriter;
  readonly #value: SampleName;
  readonly #bucket: SampleName;
  readonly #sum: SampleName;
  readonly #count: SampleName;
  readonly #openMetrics: boolean;
  /** Series of one instrument share their list of boundaries. */
  #boundaries: readonly number[] = [];
  #bounds: readonly string[] = ['le="+Inf"} '];
  /** Where the labels of the series at hand stand in what was written. */
  #labelsStart = 0;
  #labelsEnd = 0;

  constructor(name: string, writer: ByteWriter, { openMetrics }: LineOptions) {
    this.#writer = writer;
    this.#value = sampleName(name);
    this.#bucket = sampleName(`${name}_bucket`);
    this.#sum = sampleName(`${name}_sum`);
    this.#count = sampleName(`${name}_count`);
    this.#openMetrics = openMetrics;
  }

  /** Writes one series. Nothing may be taken from the writer meanwhile. */
  write(writeLabels: WriteLabels, value: SeriesValue, exemplars: readonly Exemplar[]): void {
    this.#labelsStart = -1;
    if (typeof value === 'number') this.#sample(this.#value, writeLabels, formatValue(value), exemplars[0]);
    else if ('quantiles' in value) this.#summary(value, writeLabels);
    else this.#histogram(value, writeLabels, exemplars);
  }

  #histogram(value: Histogram, writeLabels: WriteLabels, exemplars: readonly Exemplar[]): void {
    const { boundaries, counts } = 'scale' in value ? classicBuckets(value) : value.buckets;
    if (boundaries !== this.#boundaries) this.#setBoundaries(boundaries);
    const chosen = exemplars.length === 0 ? undefined : exemplarsByBucket(exemplars, boundaries);
    let cumulative = 0;
    for (let index = 0; index <= boundaries.length; index++) {
      cumulative = index === boundaries.length ? value.count : cumulative + (counts[index] ?? 0);
      this.#open(this.#bucket, writeLabels);
      this.#end(`${this.#bounds[index]}${cumulative}`, chosen?.[index]);
    }
    this.#totals(writeLabels, value.count, value.sum);
  }

  #summary({ quantiles, count, sum }: Summary, writeLabels: WriteLabels): void {
    for (const { quantile, value } of quantiles) {
      this.#open(this.#value, writeLabels);
      this.#end(`quantile="${this.#bound(quantile)}"} ${formatValue(value)}`, undefined);
    }
    this.#totals(writeLabels, count, sum);
  }

  /** Histograms of values that may be negative have no sum, since it would not be a counter. */
  #totals(writeLabels: WriteLabels, count: number, sum: number | undefined): void {
    const hasSum = sum !== undefined && (!this.#openMetrics || (sum >= 0 && !((this.#boundaries[0] ?? 0) < 0)));
    if (hasSum) this.#sample(this.#sum, writeLabels, formatValue(sum), undefined);
    if (hasSum || !this.#openMetrics) this.#sample(this.#count, writeLabels, String(count), undefined);
  }

  #sample(name: SampleName, writeLabels: WriteLabels, value: string, exemplar: Exemplar | undefined): void {
    const start = this.#writer.length;
    this.#writer.text(name.start);
    this.#labels(writeLabels);
    if (this.#labelsEnd > this.#labelsStart) {
      this.#end(`} ${value}`, exemplar);
    } else {
      this.#writer.cut(start);
      this.#end(`${name.bare}${value}`, exemplar);
    }
  }

  /** All before one more label. */
  #open(name: SampleName, writeLabels: WriteLabels): void {
    this.#writer.text(name.start);
    this.#labels(writeLabels);
    if (this.#labelsEnd > this.#labelsStart) this.#writer.text(',');
  }

  /** All after the labels but their brace. */
  #end(text: string, exemplar: Exemplar | undefined): void {
    this.#writer.text(exemplar === undefined ? `${text}\n` : text + exemplarText(exemplar));
  }

  /** Writes the labels the first time, and copies them from there on. */
  #labels(writeLabels: WriteLabels): void {
    if (this.#labelsStart >= 0) {
      this.#writer.repeat(this.#labelsStart, this.#labelsEnd);
    } else {
      this.#labelsStart = this.#writer.length;
      writeLabels();
      this.#labelsEnd = this.#writer.length;
    }
  }

  #setBoundaries(boundaries: readonly number[]): void {
    this.#boundaries = boundaries;
    this.#bounds = [...boundaries, Number.POSITIVE_INFINITY].map((bound) => `le="${this.#bound(bound)}"} `);
  }

  #bound(bound: number): string {
    return this.#openMetrics ? formatFloatBound(bound) : formatBound(bound);
  }
}

interface SampleName {
  /** All before the labels. */
  readonly start: string;
  /** All before the value, where there are no labels. */
  readonly bare: string;
}

function sampleName(name: string): SampleName {
  if (isPlainName(name)) return { start: `${name}{`, bare: `${name} ` };
  const quoted = `{"${escapeText(name)}"`;
  return { start: `${quoted},`, bare: `${quoted}} ` };
}

const exemplarText = ({ labels, value, epochMillis }: Exemplar): string =>
  ` # {${pairsText(labels)}} ${formatValue(value)} ${epochMillis / 1000}\n`;
