import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Meter } from '@opentelemetry/api';

/** What is measured: so many series of one kind of instrument, or of all kinds. */
export interface Shape {
  readonly title: string;
  readonly kind: 'counter' | 'histogram' | 'mixed';
  /** Label sets; a histogram prints thirteen lines for each. Mixed, each has a counter and a gauge, and every thirteenth a histogram. */
  readonly labelSets: number;
}

/** Something that holds metrics and serves them. */
export interface Holder {
  readonly url: string;
  /** Records one value in the series of this number. */
  record(series: number): void;
}

export const BOUNDARIES: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export const labelsOf = (series: number): { provider: string; model: string; operation: string } => ({
  provider: 'nvidia-nim',
  model: `nvidia/llama-3.3-nemotron-super-49b-v1.5-${series}`,
  operation: 'chat',
});

/** How one value goes into each kind of instrument. */
export interface Recorders {
  counter(series: number): void;
  gauge(series: number): void;
  histogram(series: number): void;
}

/** What is recorded for one series of a shape. */
export function recordOf({ kind }: Shape, recorders: Recorders): Holder['record'] {
  if (kind !== 'mixed') return (series) => recorders[kind](series);
  return (series) => {
    recorders.counter(series);
    recorders.gauge(series);
    if (series % 13 === 0) recorders.histogram(series);
  };
}

/** A reading with some digits, as those of a gauge have. */
export const readingOf = (series: number): number => (series * 7919) / 1013;

/** The instruments of the API, for the two contenders that use it. */
export function recorderOf(meter: Meter, shape: Shape): Holder['record'] {
  const counter = meter.createCounter('calls');
  const gauge = meter.createGauge('level');
  const histogram = meter.createHistogram('seconds', { advice: { explicitBucketBoundaries: [...BOUNDARIES] } });
  return recordOf(shape, {
    counter: (series) => counter.add(1.5, labelsOf(series)),
    gauge: (series) => gauge.record(readingOf(series), labelsOf(series)),
    histogram: (series) => histogram.record(0.3, labelsOf(series)),
  });
}

/** More series than the SDK allows by itself. */
export const VIEWS = [{ instrumentName: '*', aggregationCardinalityLimit: 1_000_000 }];

export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}
