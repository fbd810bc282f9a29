import type { Attributes, HrTime } from '@opentelemetry/api';
import {
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { combineExponential, combineHistograms } from './combine';

/**
 * What becomes of a gauge that several processes have with the same attributes: `last` is the reading that changed
 * last, wherever it did.
 */
export type GaugeRule = 'last' | 'sum' | 'max' | 'min';

/** The value of each gauge, and since when (epoch milliseconds), by series. */
export type Changes = Map<string, { readonly value: number; readonly at: number }>;

/** What one process measured, and when each of its gauges changed. */
export interface Part {
  readonly scopeMetrics: readonly ScopeMetrics[];
  readonly changes?: Changes;
}

/** One set of metrics of several: counters, up-down counters and histograms are added up, gauges follow `ruleOf`. */
export function mergeParts(parts: readonly Part[], ruleOf: (name: string) => GaugeRule): ScopeMetrics[] {
  const scopes = new Map<string, { scope: ScopeMetrics['scope']; metrics: Map<string, MergedMetric> }>();
  for (const { scopeMetrics, changes } of parts) {
    for (const { scope, metrics } of scopeMetrics) {
      const merged = entry(scopes, scopeId(scope), () => ({ scope, metrics: new Map<string, MergedMetric>() }));
      for (const metric of metrics) {
        entry(merged.metrics, metricId(metric), () => new MergedMetric(metric, ruleOf)).add(metric, scope, changes);
      }
    }
  }
  return Array.from(scopes.values(), ({ scope, metrics }) => ({
    scope,
    metrics: Array.from(metrics.values(), (merged) => merged.data()),
  }));
}

/** What of a process' metrics stays true when it has ended: what it counted, not what was at the time. */
export function lasting(scopeMetrics: readonly ScopeMetrics[]): ScopeMetrics[] {
  return scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.filter(isLasting) }));
}

/** Notes for each gauge when it was first seen with the value that it has now. */
export function noteChanges(changes: Changes, scopeMetrics: readonly ScopeMetrics[]): void {
  const at = Date.now();
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      if (metric.dataPointType !== DataPointType.GAUGE) continue;
      for (const { attributes, value } of metric.dataPoints) {
        const id = seriesId(scope, metric, attributes);
        if (!Object.is(changes.get(id)?.value, value)) changes.set(id, { value, at });
      }
    }
  }
}

function seriesId(scope: ScopeMetrics['scope'], metric: MetricData, attributes: Attributes): string {
  return `${scopeId(scope)}\n${metricId(metric)}\n${attributesId(attributes)}`;
}

type Point = DataPoint<number | Histogram | ExponentialHistogram>;

class MergedMetric {
  readonly #points = new Map<string, { point: Point; at: number }>();
  readonly #rule: GaugeRule;

  constructor(
    private readonly metric: MetricData,
    ruleOf: (name: string) => GaugeRule,
  ) {
    this.#rule = metric.dataPointType === DataPointType.GAUGE ? ruleOf(metric.descriptor.name) : 'sum';
  }

  add(metric: MetricData, scope: ScopeMetrics['scope'], changes: Part['changes']): void {
    for (const point of metric.dataPoints) {
      const id = attributesId(point.attributes);
      const at = this.#rule === 'last' ? (changes?.get(seriesId(scope, metric, point.attributes))?.at ?? 0) : 0;
      const before = this.#points.get(id);
      if (before === undefined) this.#points.set(id, { point, at });
      else this.#points.set(id, { point: this.#join(before, { point, at }), at: Math.max(at, before.at) });
    }
  }

  data(): MetricData {
    // The points are of the metric's own type, since that is part of what it was found by.
    return { ...this.metric, dataPoints: Array.from(this.#points.values(), ({ point }) => point) } as MetricData;
  }

  #join(left: { point: Point; at: number }, right: { point: Point; at: number }): Point {
    if (this.#rule === 'last') return left.at > right.at ? left.point : right.point;
    return {
      ...left.point,
      startTime: earlier(left.point.startTime, right.point.startTime),
      endTime:
        earlier(left.point.endTime, right.point.endTime) === left.point.endTime
          ? right.point.endTime
          : left.point.endTime,
      value: joinValues(this.#rule, left.point.value, right.point.value),
    };
  }
}

function joinValues(rule: 'sum' | 'max' | 'min', left: Point['value'], right: Point['value']): Point['value'] {
  if (typeof left === 'number') return rule === 'sum' ? left + (right as number) : Math[rule](left, right as number);
  if ('scale' in left) return combineExponential(left, right as ExponentialHistogram);
  return combineHistograms(left, right as Histogram);
}

function isLasting(metric: MetricData): boolean {
  return metric.dataPointType === DataPointType.SUM ? metric.isMonotonic : metric.dataPointType !== DataPointType.GAUGE;
}

const earlier = (left: HrTime, right: HrTime): HrTime =>
  left[0] - right[0] || left[1] - right[1] ? ((left[0] - right[0] || left[1] - right[1]) < 0 ? left : right) : left;

const scopeId = ({ name, version = '', schemaUrl = '' }: ScopeMetrics['scope']): string =>
  JSON.stringify([name, version, schemaUrl]);

function metricId(metric: MetricData): string {
  const { name, unit } = metric.descriptor;
  return JSON.stringify([name, unit, metric.dataPointType, 'isMonotonic' in metric && metric.isMonotonic]);
}

function attributesId(attributes: Attributes): string {
  const keys = Object.keys(attributes);
  return keys.length === 0 ? '' : JSON.stringify(keys.sort().map((key) => [key, attributes[key]]));
}

function entry<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
