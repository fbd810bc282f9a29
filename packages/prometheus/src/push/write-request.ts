import type { FamilySnapshot, FamilyType } from '../family';
import { ProtoWriter } from '../proto-writer';
import type { Sample } from '../samples-of';
import { PROMETHEUS_VERSION } from '../version';

export type RemoteWriteVersion = '1.0' | '2.0';

/** Samples of one moment, with the families that they are of. */
export interface Batch {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly samples: readonly { readonly sample: Sample; readonly family: FamilySnapshot }[];
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

/** The message of a remote write, not yet compressed. */
export function encodeRequest(batch: Batch, version: RemoteWriteVersion): Uint8Array {
  return version === '1.0' ? encodeFirst(batch) : encodeSecond(batch);
}

/** Sorted, none empty. */
function labelsOf({ name, labels }: Sample, common: Batch['labels']): [string, string][] {
  const all = Object.entries({ ...common, ...labels, __name__: name }).filter(([, value]) => value !== '');
  return all.sort(([left], [right]) => (left < right ? -1 : 1));
}

/** `prometheus.WriteRequest` */
function encodeFirst({ time, samples, labels }: Batch): Uint8Array {
  const writer = new ProtoWriter();
  for (const { sample } of samples) {
    writer.message(1, () => {
      for (const [name, value] of labelsOf(sample, labels)) {
        writer.message(1, () => {
          writer.text(1, name);
          writer.text(2, value);
        });
      }
      writer.message(2, () => writeValue(writer, sample.value, time));
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

function writeValue(writer: ProtoWriter, value: number, time: number): void {
  writer.double(1, value);
  writer.uint(2, time);
}

/** `io.prometheus.write.v2.Request` */
function encodeSecond({ time, samples, labels }: Batch): Uint8Array {
  const symbols = new Map([['', 0]]);
  const refer = (text: string): number => {
    const number = symbols.get(text) ?? symbols.size;
    symbols.set(text, number);
    return number;
  };
  const referred = samples.map(({ sample, family }) => ({
    refs: labelsOf(sample, labels).flatMap(([name, value]) => [refer(name), refer(value)]),
    value: sample.value,
    metadata: [TYPES[family.type], refer(family.help), refer(family.unit)] as const,
  }));
  const writer = new ProtoWriter();
  for (const symbol of symbols.keys()) writer.text(4, symbol);
  for (const { refs, value, metadata } of referred) {
    writer.message(5, () => {
      writer.message(1, () => {
        for (const ref of refs) writer.varint(ref);
      });
      writer.message(2, () => writeValue(writer, value, time));
      writer.message(5, () => writeMetadata(writer, metadata));
    });
  }
  return writer.take();
}

function writeMetadata(writer: ProtoWriter, [type, help, unit]: readonly [number, number, number]): void {
  writer.uint(1, type);
  writer.uint(3, help);
  writer.uint(4, unit);
}
