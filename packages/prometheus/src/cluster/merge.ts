import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import { joinExemplars } from '../exemplars';
import { classicBuckets } from '../exponential';
import type { Point, SeriesValue } from '../family';
import { createPacer } from '../pacer';
import { combineExponential, combineHistograms } from './combine';
import { attributesId, metricId } from './ids';
import type { MetricPart } from './part';

/**
 * What becomes of a gauge that several processes have with the same attributes: `last` is the reading that changed
 * last, wherever it did.
 */
export type GaugeRule = 'last' | 'sum' | 'max' | 'min';

type RuleOf = (name: string) => GaugeRule;

/** The values of gauges, and since when (epoch milliseconds), by {@link metricId}, then by {@link attributesId}. */
export type Changes = Map<string, Map<string, { readonly value: SeriesValue; readonly at: number }>>;

/** What one process measured, and when each of its gauges changed. */
export interface ProcessPart {
  readonly metrics: readonly MetricPart[];
  readonly changes?: Changes;
}

/** One set of metrics of several: counters, up-down counters and histograms are added up, gauges follow `ruleOf`. */
export function mergeParts(parts: readonly ProcessPart[], ruleOf: RuleOf): MetricPart[] {
  const steps = mergeSteps(parts, ruleOf);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** As {@link mergeParts}, and lets others have the event loop in between. */
export async function mergePaced(parts: readonly ProcessPart[], ruleOf: RuleOf): Promise<MetricPart[]> {
  const pacer = createPacer();
  const steps = mergeSteps(parts, ruleOf);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (pacer.due()) await pacer.rest();
  }
}

/** What of a process' metrics stays true when it has ended: what it counted, not what was at the time. */
export function lasting(metrics: readonly MetricPart[]): MetricPart[] {
  return metrics.filter(({ kind }) => kind === 'counter' || kind === 'histogram');
}

/** Notes for each gauge when it was first seen with the value that it has now. */
export function noteChanges(changes: Changes, metrics: readonly MetricPart[]): void {
  for (const _ of noteSteps(changes, metrics));
}

/** As {@link noteChanges}, and lets others have the event loop in between. */
export async function notePaced(changes: Changes, metrics: readonly MetricPart[]): Promise<void> {
  const pacer = createPacer();
  for (const _ of noteSteps(changes, metrics)) if (pacer.due()) await pacer.rest();
}

function* noteSteps(changes: Changes, metrics: readonly MetricPart[]): Generator<void> {
  const at = Date.now();
  for (const metric of metrics) {
    if (metric.kind !== 'gauge') continue;
    const values = entry(changes, metricId(metric), () => new Map<string, { value: SeriesValue; at: number }>());
    for (const [index, { attributes, value }] of metric.points.entries()) {
      const id = attributesId(attributes);
      if (!Object.is(values.get(id)?.value, value)) values.set(id, { value, at });
      if (index % STEP === 0) yield;
    }
  }
}

/** Points between two looks at the clock. */
const STEP = 64;

function* mergeSteps(parts: readonly ProcessPart[], ruleOf: RuleOf): Generator<void, MetricPart[]> {
  const merged = new Map<string, MergedMetric>();
  for (const { metrics, changes } of parts) {
    for (const metric of metrics) {
      const id = metricId(metric);
      const target = entry(merged, id, () => new MergedMetric(metric, ruleOf));
      for (let from = 0; from < metric.points.length; from += STEP) {
        target.add(metric.points.slice(from, from + STEP), changes?.get(id));
        yield;
      }
    }
  }
  return Array.from(merged.values(), (metric) => metric.part());
}

class MergedMetric {
  readonly #points = new Map<string, { readonly point: Point; readonly at: number }>();
  readonly #rule: GaugeRule;

  constructor(
    private readonly metric: MetricPart,
    ruleOf: RuleOf,
  ) {
    this.#rule = metric.kind === 'gauge' ? ruleOf(metric.name) : 'sum';
  }

  add(points: readonly Point[], changes: ReadonlyMap<string, { readonly at: number }> | undefined): void {
    for (const point of points) {
      const id = attributesId(point.attributes);
      const at = this.#rule === 'last' ? (changes?.get(id)?.at ?? 0) : 0;
      const before = this.#points.get(id);
      if (before === undefined || (this.#rule === 'last' && before.at <= at)) this.#points.set(id, { point, at });
      else if (this.#rule !== 'last') this.#points.set(id, { point: this.#join(before.point, point), at });
    }
  }

  part(): MetricPart {
    return { ...this.metric, points: Array.from(this.#points.values(), ({ point }) => point) };
  }

  #join({ attributes, value, exemplars }: Point, other: Point): Point {
    const joined = { attributes, value: joinValues(this.#rule, value, other.value) };
    if (exemplars === undefined && other.exemplars === undefined) return joined;
    return { ...joined, exemplars: joinExemplars(exemplars, other.exemplars, boundariesOf(joined.value)) };
  }
}

/** Values of two kinds, of processes with other views, cannot be joined; the first stays. */
function joinValues(rule: GaugeRule, left: SeriesValue, right: SeriesValue): SeriesValue {
  if (typeof left === 'number' && typeof right === 'number') {
    return rule === 'max' || rule === 'min' ? Math[rule](left, right) : left + right;
  }
  if (isExponential(left) && isExponential(right)) return combineExponential(left, right);
  return isClassic(left) && isClassic(right) ? combineHistograms(left, right) : left;
}

function boundariesOf(value: SeriesValue): readonly number[] {
  if (isExponential(value)) return classicBuckets(value).boundaries;
  return isClassic(value) ? value.buckets.boundaries : [];
}

const isExponential = (value: SeriesValue): value is ExponentialHistogram =>
  typeof value === 'object' && 'scale' in value;

const isClassic = (value: SeriesValue): value is Histogram => typeof value === 'object' && 'buckets' in value;

function entry<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
