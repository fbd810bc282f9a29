import { type Exemplar, exemplarsByBucket } from './exemplars';
import { classicBuckets } from './exponential';
import type { Families } from './families';
import type { Family, FamilyType, Label, SeriesValue, Summary } from './family';
import type { Format } from './format';
import { type NativeBuckets, nativeHistogram } from './native';
import { ProtoWriter } from './proto-writer';
import { exemplarFinder } from './render';
import type { RenderOptions } from './render-options';
import { FamilySeries } from './series';

const TYPES: Readonly<Record<FamilyType, number>> = {
  counter: 0,
  gauge: 1,
  info: 1,
  summary: 2,
  unknown: 3,
  histogram: 4,
};
/** The field of a Metric that holds the value, of numbers. */
const NUMBER_FIELDS: Partial<Record<FamilyType, number>> = { counter: 3, gauge: 2, info: 2, unknown: 5 };
const NONE: readonly Exemplar[] = [];
const NOTHING = new Uint8Array();

/**
 * Prints a page as MetricFamily messages of `io.prometheus.client`, each after its length; some series at a time, so that
 * what comes out of one step may be nothing yet.
 */
export function* renderProtobuf(
  families: Families,
  format: Format,
  options: RenderOptions,
): Generator<Uint8Array<ArrayBuffer>> {
  for (const family of families) {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (const part of familyParts(family, format, options)) {
      if (part.length > 0) parts.push(part);
      yield NOTHING;
    }
    if (parts.length > 0) yield* [familyHead(family, parts), ...parts];
  }
}

/** The length of the whole message, and all of it but its series. */
function familyHead({ name, help, type, unit }: Family, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const writer = new ProtoWriter();
  writer.text(1, name);
  if (help !== '') writer.text(2, help);
  writer.uint(3, TYPES[type]);
  if (unit !== '') writer.text(5, unit);
  const head = writer.take();
  writer.varint(parts.reduce((total, { length }) => total + length, head.length));
  const size = writer.take();
  const whole = new Uint8Array(size.length + head.length);
  whole.set(size);
  whole.set(head, size.length);
  return whole;
}

function* familyParts(family: Family, format: Format, options: RenderOptions): Generator<Uint8Array<ArrayBuffer>> {
  const writer = new ProtoWriter();
  const distinct = new FamilySeries(family, format, options);
  for (const source of family.sources) {
    const exemplarsOf = exemplarFinder(source, options);
    const series = distinct.of(source);
    for (const [points] of series.batches()) {
      for (const point of points) {
        const exemplars = exemplarsOf?.(point) ?? NONE;
        writer.message(4, () => writeMetric(writer, family.type, series.pairsOf(point), point.value, exemplars));
      }
      yield writer.take();
    }
  }
}

function writeMetric(
  writer: ProtoWriter,
  type: FamilyType,
  labels: readonly Label[],
  value: SeriesValue,
  exemplars: readonly Exemplar[],
): void {
  writeLabels(writer, labels);
  if (typeof value === 'number') {
    writer.message(NUMBER_FIELDS[type] ?? 5, () => {
      writer.double(1, value);
      if (type === 'counter' && exemplars[0] !== undefined) writeExemplar(writer, 2, exemplars[0]);
    });
  } else if ('quantiles' in value) {
    writer.message(4, () => writeSummary(writer, value));
  } else {
    writer.message(7, () => writeHistogram(writer, value, exemplars));
  }
}

function writeSummary(writer: ProtoWriter, { count, sum, quantiles }: Summary): void {
  writer.uint(1, count);
  if (sum !== undefined) writer.double(2, sum);
  for (const { quantile, value } of quantiles) {
    writer.message(3, () => {
      writer.double(1, quantile);
      writer.double(2, value);
    });
  }
}

function writeHistogram(
  writer: ProtoWriter,
  value: Exclude<Exclude<SeriesValue, number>, Summary>,
  exemplars: readonly Exemplar[],
): void {
  const { boundaries, counts } = 'scale' in value ? classicBuckets(value) : value.buckets;
  const chosen = exemplars.length === 0 ? undefined : exemplarsByBucket(exemplars, boundaries);
  writer.uint(1, value.count);
  if (value.sum !== undefined) writer.double(2, value.sum);
  let cumulative = 0;
  for (let index = 0; index <= boundaries.length; index++) {
    cumulative = index === boundaries.length ? value.count : cumulative + (counts[index] ?? 0);
    writer.message(3, () => {
      writer.uint(1, cumulative);
      writer.double(2, boundaries[index] ?? Number.POSITIVE_INFINITY);
      const exemplar = chosen?.[index];
      if (exemplar !== undefined) writeExemplar(writer, 3, exemplar);
    });
  }
  if ('scale' in value) writeNative(writer, value, exemplars);
}

type Exponential = Parameters<typeof nativeHistogram>[0];

function writeNative(writer: ProtoWriter, value: Exponential, exemplars: readonly Exemplar[]): void {
  const native = nativeHistogram(value);
  if (native === undefined) return;
  writer.sint(5, native.schema);
  writer.double(6, 0);
  writer.uint(7, value.zeroCount);
  writeBuckets(writer, 9, native.negative);
  writeBuckets(writer, 12, native.positive);
  // A span of nothing tells a native histogram that is empty from one that is none.
  if (native.positive.spans.length === 0) writeSpan(writer, 12, 0, 0);
  for (const exemplar of exemplars) writeExemplar(writer, 16, exemplar);
}

function writeBuckets(writer: ProtoWriter, field: number, { spans, counts }: NativeBuckets): void {
  for (const { offset, length } of spans) writeSpan(writer, field, offset, length);
  if (counts.length > 0) writer.deltas(field + 1, counts);
}

function writeSpan(writer: ProtoWriter, field: number, offset: number, length: number): void {
  writer.message(field, () => {
    writer.sint(1, offset);
    writer.uint(2, length);
  });
}

function writeLabels(writer: ProtoWriter, labels: readonly Label[]): void {
  for (const [name, value] of labels) {
    writer.message(1, () => {
      writer.text(1, name);
      writer.text(2, value);
    });
  }
}

function writeExemplar(writer: ProtoWriter, field: number, { labels, value, epochMillis }: Exemplar): void {
  writer.message(field, () => {
    writeLabels(writer, labels);
    writer.double(2, value);
    writer.message(3, () => {
      writer.uint(1, Math.floor(epochMillis / 1000));
      writer.uint(2, Math.round((epochMillis % 1000) * 1e6));
    });
  });
}
