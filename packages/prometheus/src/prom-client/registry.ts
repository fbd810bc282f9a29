import { within } from '../deadline';
import type { Exemplar, FamilySnapshot, FamilyType, SeriesSnapshot, SeriesValue } from '../family';

/** As much of `prom-client`'s `Registry` as is used, versions 14 and 15. */
export interface PromClientRegistry {
  getMetricsAsArray(): readonly object[];
  getSingleMetric(name: string): object | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the type of prom-client's metrics differs from version to version.
  registerMetric(metric: any): void;
  removeSingleMetric(name: string): void;
  metrics(): Promise<string>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  getMetricsAsJSON(): Promise<any[]>;
  readonly contentType: string;
}

/** A metric as `prom-client` registers it. */
export interface PromClientMetric {
  readonly name: string;
  readonly type?: string;
  get(): Promise<Got> | Got;
}

/** What a metric of `prom-client` has at the moment. */
export interface Got {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values?: readonly GotValue[];
}

interface GotValue {
  readonly value: number;
  readonly labels?: Labels;
  readonly metricName?: string;
  readonly exemplar?: GotExemplar | null | undefined;
}

/** What `enableExemplars` keeps; the time in seconds. */
export interface GotExemplar {
  readonly labelSet: Labels;
  readonly value: number;
  readonly timestamp?: number;
}

type Labels = Readonly<Record<string, string | number | undefined>>;

/** What a registry holds; what threw or was too late is among the errors, and missing from the families. */
export interface Reading {
  readonly families: readonly FamilySnapshot[];
  readonly errors: readonly unknown[];
}

/** Reads the metrics of a registry that `isWanted`, their `collect` functions included. */
export async function readRegistry(
  registry: PromClientRegistry,
  timeoutMillis: number,
  isWanted: (metric: object) => boolean = () => true,
): Promise<Reading> {
  const metrics = registry.getMetricsAsArray().filter(isWanted) as readonly PromClientMetric[];
  const results = await Promise.allSettled(
    metrics.map(async (metric) => within(timeoutMillis, Promise.resolve(metric.get()))),
  );
  const defaults = defaultLabelsOf(registry);
  const isOpenMetrics = registry.contentType.startsWith('application/openmetrics-text');
  const families: FamilySnapshot[] = [];
  const errors: unknown[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') families.push(toFamily(result.value, defaults, isOpenMetrics));
    else errors.push(result.reason);
  }
  return { families, errors };
}

/** Reading them through `getMetricsAsJSON()` would write them into the metrics themselves. */
const defaultLabelsOf = (registry: PromClientRegistry): Labels =>
  (registry as { _defaultLabels?: Labels })._defaultLabels ?? {};

const TYPES: readonly string[] = ['counter', 'gauge', 'histogram', 'summary'] satisfies FamilyType[];

function toFamily({ name, help, type, values = [] }: Got, defaults: Labels, isOpenMetrics: boolean): FamilySnapshot {
  const known = (TYPES.includes(type) ? type : 'unknown') as FamilyType;
  // With that format, printing a page takes the suffix from the metric's name.
  const suffix = isOpenMetrics && type === 'counter' && !name.endsWith('_total') ? '_total' : '';
  return { name: name + suffix, help, type: known, unit: '', series: seriesOf(known, name, values, defaults) };
}

function seriesOf(type: FamilyType, name: string, values: readonly GotValue[], defaults: Labels): SeriesSnapshot[] {
  if (type !== 'histogram' && type !== 'summary') {
    return values.map(({ labels, value, exemplar }) => ({
      labels: textOf({ ...defaults, ...labels }),
      value,
      ...(exemplar && { exemplars: [toExemplar(exemplar)] }),
    }));
  }
  const part = type === 'histogram' ? 'le' : 'quantile';
  const series = new Map<string, Parts>();
  for (const { metricName, labels = {}, value, exemplar } of values) {
    const { [part]: at, ...own } = labels;
    const text = textOf({ ...defaults, ...own });
    const id = JSON.stringify(Object.entries(text).sort());
    const parts = series.get(id) ?? { labels: text, at: [], sum: undefined, count: 0, exemplars: [] };
    series.set(id, parts);
    if (exemplar) parts.exemplars.push(toExemplar(exemplar));
    if (at !== undefined) parts.at.push([Number(String(at).replace('Inf', 'Infinity')), value]);
    else if (metricName === `${name}_sum`) parts.sum = value;
    else if (metricName === `${name}_count`) parts.count = value;
  }
  const toValue = type === 'histogram' ? toHistogram : toSummary;
  return Array.from(series.values(), (parts) => ({
    labels: parts.labels,
    value: toValue(parts),
    ...(parts.exemplars.length > 0 && { exemplars: parts.exemplars }),
  }));
}

const toExemplar = ({ labelSet, value, timestamp = Date.now() / 1000 }: GotExemplar): Exemplar => ({
  labels: Object.entries(textOf(labelSet)),
  value,
  epochMillis: timestamp * 1000,
});

interface Parts {
  readonly labels: Record<string, string>;
  /** Cumulative count by upper bound, or value by quantile. */
  readonly at: [number, number][];
  sum: number | undefined;
  count: number;
  readonly exemplars: Exemplar[];
}

function toHistogram({ at, sum, count }: Parts): SeriesValue {
  const finite = at.filter(([bound]) => Number.isFinite(bound)).sort(([left], [right]) => left - right);
  const totals = [...finite.map(([, total]) => total), count];
  const counts = totals.map((total, index) => Math.max(0, total - (totals[index - 1] ?? 0)));
  const buckets = { boundaries: finite.map(([bound]) => bound), counts };
  return sum === undefined ? { buckets, count } : { buckets, count, sum };
}

function toSummary({ at, sum, count }: Parts): SeriesValue {
  return { quantiles: at.map(([quantile, value]) => ({ quantile, value })), sum, count };
}

function textOf(labels: Labels): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) if (value !== undefined) text[name] = String(value);
  return text;
}
