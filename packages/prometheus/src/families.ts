import type { Attributes } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, type MetricData, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { labelText } from './labels';
import { type MetricKind, metricName } from './naming';
import type { Warn } from './warn';

/** A metric of one scope, with the labels that all its series carry. */
interface Source {
  readonly metric: MetricData;
  readonly labels: string;
}

/** All that goes under one `# TYPE` line: metrics of any number of scopes that have the same name and type. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  help: string;
  readonly sources: Source[];
}

export type Families = Map<string, Family>;

/** Adds a scope's metrics, with `otel_scope_*` labels if wanted. */
export function addScope(families: Families, scopeMetrics: ScopeMetrics, withScopeInfo: boolean, warn: Warn): void {
  const labels = withScopeInfo ? scopeLabels(scopeMetrics.scope) : '';
  for (const metric of scopeMetrics.metrics) {
    if (metric.dataPoints.length > 0) addMetric(families, { metric, labels }, warn);
  }
}

/** Adds `target_info`, the resource's attributes as labels, unless there are none. */
export function addTargetInfo(families: Families, attributes: Attributes): void {
  if (Object.keys(attributes).length === 0) return;
  const point = { attributes, startTime: EPOCH, endTime: EPOCH, value: 1 };
  const metric = { ...TARGET_INFO, dataPoints: [point] };
  families.set('target_info', {
    name: 'target_info',
    type: 'gauge',
    help: 'Target metadata',
    sources: [{ metric, labels: '' }],
  });
}

const EPOCH: [number, number] = [0, 0];
const TARGET_INFO = {
  descriptor: { name: 'target_info', description: 'Target metadata', unit: '', valueType: 0 },
  aggregationTemporality: AggregationTemporality.CUMULATIVE,
  dataPointType: DataPointType.GAUGE,
} as const;

function addMetric(families: Families, source: Source, warn: Warn): void {
  const { descriptor } = source.metric;
  const kind = metricKind(source.metric);
  const name = metricName(descriptor.name, descriptor.unit, kind);
  const type = kind === 'updowncounter' ? 'gauge' : kind;
  const family = families.get(name);
  const fault =
    name === '' ? 'nothing of its name is valid in Prometheus' : (deltaFault(source.metric) ?? typeFault(family, type));
  if (fault !== undefined) {
    warn(`metric '${descriptor.name}' left out: ${fault}`);
  } else if (family === undefined) {
    families.set(name, { name, type, help: descriptor.description, sources: [source] });
  } else {
    family.help ||= descriptor.description;
    family.sources.push(source);
  }
}

function deltaFault({ dataPointType, aggregationTemporality }: MetricData): string | undefined {
  const isDelta = dataPointType !== DataPointType.GAUGE && aggregationTemporality === AggregationTemporality.DELTA;
  return isDelta ? 'its producer hands out deltas, and Prometheus needs totals' : undefined;
}

function typeFault(family: Family | undefined, type: Family['type']): string | undefined {
  if (family === undefined || family.type === type) return undefined;
  return `'${family.name}' is a ${family.type} already, and this is a ${type}`;
}

function metricKind(metric: MetricData): MetricKind {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      return metric.isMonotonic ? 'counter' : 'updowncounter';
    case DataPointType.GAUGE:
      return 'gauge';
    default:
      return 'histogram';
  }
}

function scopeLabels({ name, version, schemaUrl }: ScopeMetrics['scope']): string {
  return labelText({
    otel_scope_name: name,
    otel_scope_version: version || undefined,
    otel_scope_schema_url: schemaUrl || undefined,
  });
}
