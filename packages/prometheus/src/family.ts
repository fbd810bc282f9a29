import type { AttributeValue } from '@opentelemetry/api';
import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import { batches } from './batches';

/** What Prometheus knows of a metric. */
export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'info' | 'unknown';

/** A summary: each quantile, between 0 and 1, with its value. */
export interface Summary {
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
  readonly count: number;
  readonly sum: number | undefined;
}

/** The value of a series. Counts of a histogram are those of each bucket by itself, one more than there are boundaries. */
export type SeriesValue = number | Histogram | ExponentialHistogram | Summary;

/** One series of a {@link Source}, in the shape of sdk-metrics' data points. Attributes never change once they were handed out. */
export interface Point {
  readonly attributes: { readonly [key: string]: AttributeValue | undefined };
  readonly value: SeriesValue;
  /** Those that came with it, from another process or registry. */
  readonly exemplars?: readonly Exemplar[] | undefined;
}

/** One recorded value and where it came from. */
export interface Exemplar {
  /** `trace_id` and `span_id`, as a rule. */
  readonly labels: readonly Label[];
  readonly value: number;
  readonly epochMillis: number;
}

/** Series of one family that come from one place. */
export interface Source {
  /** Name of the OpenTelemetry instrument, under which exemplars are kept; `undefined` where there is none. */
  readonly instrument: string | undefined;
  /** Labels that all its series carry, before those of the point; names as Prometheus shall see them. */
  readonly labels: readonly Label[];
  /** Whether the points' attribute keys are label names already, as in a page that was scraped elsewhere. */
  readonly translated: boolean;
  /** Whether no two points have the same attributes. */
  readonly distinct: boolean;
  /** The same from scrape to scrape, where the points are too, or most of them: their labels are kept under it. */
  readonly keeper?: object | undefined;
  /**
   * Hands out the points in small batches, so that a reader can let others have the event loop in between; a batch may be
   * empty. A batch and its points hold until the next one is taken; attributes and values stay. Every call starts from
   * the first point.
   */
  points(): Iterable<readonly Point[]>;
}

export type Label = readonly [name: string, value: string];

/** All that goes under one `# TYPE` line. */
export interface Family {
  /** The name in the text format: of a counter, with `_total` where the translation strategy adds it. */
  readonly name: string;
  readonly type: FamilyType;
  help: string;
  /** Unit as a word (`seconds`), `''` if there is none; OpenMetrics prints it where the name ends in it. */
  readonly unit: string;
  readonly sources: Source[];
}

/** A family as plain data, which `structuredClone` and JSON can carry; numbers that are not finite need the former. */
export interface FamilySnapshot {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  readonly unit: string;
  readonly series: readonly SeriesSnapshot[];
}

/** A series as plain data; labels as Prometheus shall see them. */
export interface SeriesSnapshot {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: SeriesValue;
  /** Of a counter or histogram. Default none. */
  readonly exemplars?: readonly Exemplar[] | undefined;
}

/** Something that has families to show beside those of the meter provider, such as other processes or a `prom-client` registry. */
export interface FamilyProducer {
  /** Gives what there is now. If it rejects or is too late, its families are missing from the page. */
  collectFamilies(options: { readonly timeoutMillis: number }): Promise<readonly FamilySnapshot[]>;
}

/** Makes a {@link Family} of plain data. */
export function familyOf({ name, type, help, unit, series }: FamilySnapshot): Family {
  const points = series.map(({ labels, value, exemplars }) => ({ attributes: labels, value, exemplars }));
  const source: Source = {
    instrument: undefined,
    labels: [],
    translated: true,
    distinct: false,
    points: () => batches(points),
  };
  return { name, type, help, unit, sources: [source] };
}
