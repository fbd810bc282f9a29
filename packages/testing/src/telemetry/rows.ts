import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** What a histogram holds: `counts` has one entry more than `boundaries`. */
export interface HistogramValue {
  readonly count: number;
  readonly sum: number;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
}

interface RowBase {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly scope: string;
  readonly attributes: Attributes;
}

/** One series of a metric, with its figures since the start or the last `reset()`. */
export type MetricRow =
  | (RowBase & { readonly type: 'counter' | 'updowncounter' | 'gauge'; readonly value: number })
  | (RowBase & { readonly type: 'histogram' } & HistogramValue);

/** An ended span. */
export interface SpanRow {
  readonly name: string;
  readonly kind: string;
  readonly status: { readonly code: string; readonly message: string | undefined };
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly durationSeconds: number;
  readonly traceId: string;
  readonly spanId: string;
  /** Span id of the parent. */
  readonly parent: string | undefined;
}

/** `DataPointType` of the SDK, whose values are the same in every version. */
const EXPONENTIAL = 1;

/** The series of one collected metric. */
export function rowsOf(metric: MetricData, scope: string): MetricRow[] {
  const { name, unit, description } = metric.descriptor;
  if (metric.dataPointType === EXPONENTIAL) throw new Error(`${name}: exponential histograms are not read here`);
  const points = metric.dataPoints as readonly { readonly attributes: Attributes; readonly value: unknown }[];
  return points.map(({ attributes, value }) => {
    const base = { name, unit, description, scope, attributes: sorted(attributes) };
    if (typeof value === 'number') return { ...base, type: typeOf(metric), value };
    const { count, sum = 0, min, max, buckets } = value as HistogramValue;
    return { ...base, type: 'histogram', count, sum, min, max, buckets };
  });
}

/** Adds what a delta reader brought to what was there; gauges and up-down counters come whole and replace. */
export function mergeRows(before: MetricRow | undefined, after: MetricRow): MetricRow {
  if (before?.type === 'counter' && after.type === 'counter') return { ...after, value: before.value + after.value };
  if (before?.type !== 'histogram' || after.type !== 'histogram') return after;
  const counts = after.buckets.counts.map((count, index) => count + (before.buckets.counts[index] ?? 0));
  return {
    ...after,
    count: before.count + after.count,
    sum: before.sum + after.sum,
    min: least(Math.min, before.min, after.min),
    max: least(Math.max, before.max, after.max),
    buckets: { boundaries: after.buckets.boundaries, counts },
  };
}

/** Tells series apart, and sorts them. */
export function seriesKey({ name, attributes, scope }: MetricRow): string {
  return `${name} ${JSON.stringify(attributes)} ${scope}`;
}

/** Plain data of an ended span. */
export function spanRow(span: ReadableSpan): SpanRow {
  const { traceId, spanId } = span.spanContext();
  const [seconds, nanos] = span.duration;
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    status: { code: SpanStatusCode[span.status.code], message: span.status.message },
    attributes: sorted(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: sorted(attributes ?? {}) })),
    durationSeconds: seconds + nanos / 1e9,
    traceId,
    spanId,
    parent: span.parentSpanContext?.spanId,
  };
}

function typeOf(metric: MetricData): 'counter' | 'updowncounter' | 'gauge' {
  if (!('isMonotonic' in metric)) return 'gauge';
  return metric.isMonotonic ? 'counter' : 'updowncounter';
}

function least(pick: (...values: number[]) => number, ...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? pick(...known) : undefined;
}

function sorted(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1)));
}
