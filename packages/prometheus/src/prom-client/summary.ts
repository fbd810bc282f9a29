import type { HrTime } from '@opentelemetry/api';
import type { DataPoint, MetricData, PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Summary } from '../family';
import { ProtoWriter } from '../proto-writer';

export type SummaryPoint = DataPoint<Summary>;

/** On metrics that stand for a summary: its points, of which all but one of the metrics have none. */
export const SUMMARY: unique symbol = Symbol('summary');

interface Serializer {
  serializeRequest(request: ResourceMetrics): Uint8Array | undefined;
}

/**
 * Makes an OTLP exporter over HTTP, protobuf or JSON, send summaries as summaries, which OpenTelemetry JS cannot. Gives
 * the same exporter; one that is none of OpenTelemetry's own stays as it is, and summaries are a gauge and two counters.
 */
export function withSummaries<Exporter extends PushMetricExporter>(exporter: Exporter): Exporter {
  const delegate = (exporter as { _delegate?: { _serializer?: Serializer } })._delegate;
  const serializer = delegate?._serializer;
  if (delegate === undefined || typeof serializer?.serializeRequest !== 'function') return exporter;
  delegate._serializer = Object.assign(Object.create(serializer), {
    serializeRequest(request: ResourceMetrics) {
      const { others, summaries } = divide(request);
      const bytes = serializer.serializeRequest(others);
      return bytes === undefined || summaries.length === 0 ? bytes : append(bytes, summaries, request);
    },
  });
  return exporter;
}

interface ScopeSummaries {
  readonly scope: ResourceMetrics['scopeMetrics'][number]['scope'];
  readonly metrics: readonly { readonly metric: MetricData; readonly points: readonly SummaryPoint[] }[];
}

const pointsOf = (metric: MetricData): readonly SummaryPoint[] | undefined =>
  (metric as { [SUMMARY]?: readonly SummaryPoint[] })[SUMMARY];

function divide(request: ResourceMetrics): { others: ResourceMetrics; summaries: ScopeSummaries[] } {
  const scopeMetrics = request.scopeMetrics.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.filter((metric) => pointsOf(metric) === undefined),
  }));
  const summaries = request.scopeMetrics.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.flatMap((metric) => {
      const points = pointsOf(metric) ?? [];
      return points.length === 0 ? [] : [{ metric, points }];
    }),
  }));
  return { others: { ...request, scopeMetrics }, summaries: summaries.filter(({ metrics }) => metrics.length > 0) };
}

const BRACE = '{'.charCodeAt(0);

function append(bytes: Uint8Array, summaries: ScopeSummaries[], request: ResourceMetrics): Uint8Array {
  return bytes[0] === BRACE ? appendJson(bytes, summaries) : appendProtobuf(bytes, summaries, request);
}

/** A message that follows another is merged into it: here, one more `ResourceMetrics` of the same resource. */
function appendProtobuf(bytes: Uint8Array, summaries: ScopeSummaries[], { resource }: ResourceMetrics): Uint8Array {
  const writer = new ProtoWriter();
  writer.message(1, () => {
    writer.message(1, () => {
      for (const [key, value] of Object.entries(resource.attributes)) writeAttribute(writer, 1, key, value);
    });
    for (const summary of summaries) writer.message(2, () => writeScope(writer, summary));
  });
  const added = writer.take();
  const whole = new Uint8Array(bytes.length + added.length);
  whole.set(bytes);
  whole.set(added, bytes.length);
  return whole;
}

function writeScope(writer: ProtoWriter, { scope, metrics }: ScopeSummaries): void {
  writer.message(1, () => {
    writer.text(1, scope.name);
    writer.text(2, scope.version ?? '');
  });
  for (const { metric, points } of metrics) {
    writer.message(2, () => {
      writer.text(1, metric.descriptor.name);
      writer.text(2, metric.descriptor.description);
      writer.message(11, () => {
        for (const point of points) writer.message(1, () => writePoint(writer, point));
      });
    });
  }
}

function writePoint(writer: ProtoWriter, { attributes, startTime, endTime, value }: SummaryPoint): void {
  for (const [key, text] of Object.entries(attributes)) writeAttribute(writer, 7, key, text);
  writer.fixed64(2, nanos(startTime));
  writer.fixed64(3, nanos(endTime));
  writer.fixed64(4, BigInt(value.count));
  writer.double(5, value.sum ?? 0);
  for (const at of value.quantiles) {
    writer.message(6, () => {
      writer.double(1, at.quantile);
      writer.double(2, at.value);
    });
  }
}

function writeAttribute(writer: ProtoWriter, field: number, key: string, value: unknown): void {
  writer.message(field, () => {
    writer.text(1, key);
    writeValue(writer, 2, value);
  });
}

function writeValue(writer: ProtoWriter, field: number, value: unknown): void {
  writer.message(field, () => {
    if (typeof value === 'boolean') writer.uint(2, value ? 1 : 0);
    else if (Number.isSafeInteger(value) && (value as number) >= 0) writer.uint(3, value as number);
    else if (typeof value === 'number') writer.double(4, value);
    else if (Array.isArray(value)) writeArray(writer, value);
    else writer.text(1, String(value));
  });
}

function writeArray(writer: ProtoWriter, values: readonly unknown[]): void {
  writer.message(5, () => {
    for (const value of values) writeValue(writer, 1, value);
  });
}

function appendJson(bytes: Uint8Array, summaries: ScopeSummaries[]): Uint8Array {
  const request = JSON.parse(new TextDecoder().decode(bytes)) as { resourceMetrics: { scopeMetrics: unknown[] }[] };
  request.resourceMetrics[0]?.scopeMetrics.push(
    ...summaries.map(({ scope, metrics }) => ({
      scope: { name: scope.name, version: scope.version },
      metrics: metrics.map(({ metric: { descriptor }, points }) => ({
        name: descriptor.name,
        description: descriptor.description,
        summary: { dataPoints: points.map(jsonPoint) },
      })),
    })),
  );
  return new TextEncoder().encode(JSON.stringify(request));
}

const jsonPoint = ({ attributes, startTime, endTime, value }: SummaryPoint) => ({
  attributes: Object.entries(attributes).map(([key, text]) => ({ key, value: { stringValue: String(text) } })),
  startTimeUnixNano: String(nanos(startTime)),
  timeUnixNano: String(nanos(endTime)),
  count: value.count,
  sum: value.sum ?? 0,
  // JSON has no NaN; protobuf's mapping to it has the word.
  quantileValues: value.quantiles.map((at) => ({
    ...at,
    value: Number.isFinite(at.value) ? at.value : String(at.value),
  })),
});

const nanos = ([seconds, rest]: HrTime): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(rest);
