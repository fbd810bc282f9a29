import { PbfReader } from 'pbf';
import { uncompress } from 'snappyjs';

export interface Series {
  readonly labels: Record<string, string>;
  value: number;
  time: number;
}

/** What a request of remote write 1.0 says, read with another implementation of protobuf. */
export function readWriteRequest(body: Buffer): { series: Series[]; types: Record<string, number> } {
  const series: Series[] = [];
  const types: Record<string, number> = {};
  const reader = new PbfReader(uncompress(body));
  fields(reader, reader.length, (tag) => {
    if (tag === 1) series.push(readSeries(reader));
    if (tag === 3) readMetadata(reader, types);
  });
  return { series, types };
}

function fields(reader: PbfReader, end: number, read: (tag: number) => void): void {
  reader.readFields((tag) => read(tag), undefined, end);
}

const inside = (reader: PbfReader, read: (tag: number) => void): void => {
  const end = reader.readVarint() + reader.pos;
  fields(reader, end, read);
};

function readSeries(reader: PbfReader): Series {
  const series: Series = { labels: {}, value: Number.NaN, time: 0 };
  inside(reader, (tag) => {
    if (tag === 1) {
      const pair: string[] = [];
      inside(reader, () => pair.push(reader.readString()));
      series.labels[pair[0] ?? ''] = pair[1] ?? '';
    }
    if (tag === 2) {
      inside(reader, (part) => {
        if (part === 1) series.value = reader.readDouble();
        else series.time = reader.readVarint();
      });
    }
  });
  return series;
}

function readMetadata(reader: PbfReader, types: Record<string, number>): void {
  let type = 0;
  inside(reader, (tag) => {
    if (tag === 1) type = reader.readVarint();
    if (tag === 2) types[reader.readString()] = type;
  });
}
