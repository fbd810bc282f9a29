import { BATCH } from '../batches';
import type { Exemplar, FamilySnapshot, FamilyType } from '../family';
import { ProtoWriter } from '../proto-writer';
import type { Sample } from '../samples-of';
import { PROMETHEUS_VERSION } from '../version';

export type RemoteWriteVersion = '1.0' | '2.0';

/** A sample with the family that it is of. */
export interface WrittenSample {
  readonly sample: Sample;
  readonly family: FamilySnapshot;
  /** Whether its series has ended, so that a marker stands for the value. */
  readonly hasEnded: boolean;
}

/** Samples of one moment. */
export interface Batch {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly samples: readonly WrittenSample[];
  /** Labels that every series carries, unless it has one of that name itself. */
  readonly labels: Readonly<Record<string, string>>;
}

const ALWAYS = { 'content-encoding': 'snappy', 'user-agent': `llm-otel-prometheus/${PROMETHEUS_VERSION}` };

/** Headers that a request has, whatever else. */
export const HEADERS: Readonly<Record<RemoteWriteVersion, Readonly<Record<string, string>>>> = {
  '1.0': { ...ALWAYS, 'content-type': 'application/x-protobuf', 'x-prometheus-remote-write-version': '0.1.0' },
  '2.0': {
    ...ALWAYS,
    'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'x-prometheus-remote-write-version': '2.0.0',
  },
};

/** Numbers of `MetricType`, the same in both versions. */
const TYPES: Readonly<Record<FamilyType, number>> = {
  unknown: 0,
  counter: 1,
  gauge: 2,
  histogram: 3,
  summary: 5,
  info: 6,
};

/** Makes the message of a remote write, not yet compressed, some samples at a time. */
export function encodeRequest(batch: Batch, version: RemoteWriteVersion): Generator<void, Uint8Array> {
  return version === '1.0' ? encodeFirst(batch) : encodeSecond(batch);
}

/** Names and values in turn, in order of name, none empty. */
function labelsOf({ name, labels }: Sample, common: Batch['labels']): string[] {
  const all: Record<string, string> = { ...common, ...labels, __name__: name };
  const ordered: string[] = [];
  for (const key of Object.keys(all).sort()) if (all[key] !== '') ordered.push(key, all[key] ?? '');
  return ordered;
}

/** `prometheus.WriteRequest` */
function* encodeFirst({ time, samples, labels }: Batch): Generator<void, Uint8Array> {
  const writer = new ProtoWriter();
  for (const [index, written] of samples.entries()) {
    if (index % BATCH === 0) yield;
    writer.message(1, () => {
      const pairs = labelsOf(written.sample, labels);
      for (let index = 0; index < pairs.length; index += 2) {
        writer.message(1, () => {
          writer.text(1, pairs[index]!);
          writer.text(2, pairs[index + 1]!);
        });
      }
      writer.message(2, () => writeValue(writer, written, time));
      const exemplar = exemplarOf(written);
      if (exemplar !== undefined) {
        writer.message(3, () => {
          for (const [name, text] of exemplar.labels) {
            writer.message(1, () => {
              writer.text(1, name);
              writer.text(2, text);
            });
          }
          writeMoment(writer, exemplar);
        });
      }
    });
  }
  for (const { name, type, help, unit } of new Set(samples.map(({ family }) => family))) {
    writer.message(3, () => {
      writer.uint(1, TYPES[type]);
      writer.text(2, name);
      writer.text(4, help);
      writer.text(5, unit);
    });
  }
  return writer.take();
}

/** Tells a receiver that a series has ended: a NaN that no calculation gives. */
const ENDED = 0x7ff0000000000002n;

function writeValue(writer: ProtoWriter, { sample, hasEnded }: WrittenSample, time: number): void {
  // A double has the same place on the wire; as a number, the NaN might lose its bits.
  if (hasEnded) writer.fixed64(1, ENDED);
  else writer.double(1, sample.value);
  writer.uint(2, time);
}

/** A sample whose texts are numbers of symbols. */
interface Referred {
  readonly written: WrittenSample;
  readonly refs: readonly number[];
  readonly exemplarRefs: readonly number[];
  readonly metadata: readonly [type: number, help: number, unit: number];
}

/** `io.prometheus.write.v2.Request` */
function* encodeSecond({ time, samples, labels }: Batch): Generator<void, Uint8Array> {
  const symbols = new Map([['', 0]]);
  const refer = (text: string): number => {
    const number = symbols.get(text) ?? symbols.size;
    symbols.set(text, number);
    return number;
  };
  const referred: Referred[] = [];
  for (const [index, written] of samples.entries()) {
    if (index % BATCH === 0) yield;
    referred.push({
      written,
      refs: labelsOf(written.sample, labels).map(refer),
      exemplarRefs: (exemplarOf(written)?.labels ?? []).flat().map(refer),
      metadata: [TYPES[written.family.type], refer(written.family.help), refer(written.family.unit)],
    });
  }
  const writer = new ProtoWriter();
  for (const symbol of symbols.keys()) writer.text(4, symbol);
  for (const [index, { refs, exemplarRefs, written, metadata }] of referred.entries()) {
    if (index % BATCH === 0) yield;
    writer.message(5, () => {
      writer.message(1, () => {
        for (const ref of refs) writer.varint(ref);
      });
      writer.message(2, () => writeValue(writer, written, time));
      const exemplar = exemplarOf(written);
      if (exemplar !== undefined) {
        writer.message(4, () => {
          writer.message(1, () => {
            for (const ref of exemplarRefs) writer.varint(ref);
          });
          writeMoment(writer, exemplar);
        });
      }
      writer.message(5, () => writeMetadata(writer, metadata));
    });
  }
  return writer.take();
}

const exemplarOf = ({ sample, hasEnded }: WrittenSample): Exemplar | undefined =>
  hasEnded ? undefined : sample.exemplar;

/** Value and time of an exemplar, the same in both versions. */
function writeMoment(writer: ProtoWriter, { value, epochMillis }: Exemplar): void {
  writer.double(2, value);
  writer.uint(3, Math.floor(epochMillis));
}

function writeMetadata(writer: ProtoWriter, [type, help, unit]: readonly [number, number, number]): void {
  writer.uint(1, type);
  writer.uint(3, help);
  writer.uint(4, unit);
}
