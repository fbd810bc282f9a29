import type { Attributes, Meter, ObservableResult } from '@opentelemetry/api';
import { CATALOGUE, type Instrument, type InstrumentKey } from './catalogue';
import { entry } from './entry';
import { GapPoint } from './gaps';
import { createObservable } from './instruments';

/** Series per instrument; one more becomes {@link OVERFLOW}. Below the SDK's own limit of 2000, so that the two don't meet. */
export const SERIES_LIMIT = 1998;
export const OVERFLOW: Attributes = { 'otel.metric.overflow': true };

/** The present value of one series of a sum or gauge. */
export class SumPoint {
  value = 0;
  constructor(readonly attributes: Attributes) {}
}

/** The gaps of one series of both per-chunk histograms, with the attributes of either vocabulary. */
export interface GapSeries {
  readonly llm: Attributes;
  readonly genAi: Attributes;
  readonly gaps: GapPoint;
}

/**
 * The sums, gauges and gap histograms of one meter provider. Sums leave through observable instruments, so that
 * counting costs an addition and every reader gets its own temporality; gaps leave through the metric producer.
 */
export class Store {
  readonly startTime: number = Date.now();
  readonly gapSeries: Map<string, GapSeries> = new Map();
  #sums = new Map<Instrument, Map<string, SumPoint>>();

  /** The series of `key` with `attributes`; `id` tells series of one instrument apart. */
  sum(key: InstrumentKey, id: string, attributes: () => Attributes): SumPoint {
    const points = this.#points(CATALOGUE[key]);
    let point = points.get(id);
    if (point !== undefined) return point;
    if (points.size >= SERIES_LIMIT) return this.#overflow(points);
    point = new SumPoint(attributes());
    points.set(id, point);
    return point;
  }

  /** The gap series of `id`, made from `series` on first use. */
  gaps(id: string, series: () => Omit<GapSeries, 'gaps'>): GapPoint {
    const known = this.gapSeries.get(id);
    if (known !== undefined) return known.gaps;
    const full = this.gapSeries.size >= SERIES_LIMIT;
    const made = { ...(full ? { llm: OVERFLOW, genAi: OVERFLOW } : series()), gaps: new GapPoint() };
    const place = full ? '' : id;
    if (!this.gapSeries.has(place)) this.gapSeries.set(place, made);
    return this.gapSeries.get(place)!.gaps;
  }

  /** Makes the observable instrument that reports the sums of `instrument`; a histogram has none. */
  observe(meter: Meter, instrument: Instrument): void {
    if (instrument.kind === 'histogram') return;
    const points = this.#points(instrument);
    createObservable(meter, instrument).addCallback((result: ObservableResult) => {
      for (const point of points.values()) result.observe(point.value, point.attributes);
    });
  }

  #points(instrument: Instrument): Map<string, SumPoint> {
    return entry(this.#sums, instrument, () => new Map<string, SumPoint>());
  }

  #overflow(points: Map<string, SumPoint>): SumPoint {
    const point = points.get('') ?? new SumPoint(OVERFLOW);
    points.set('', point);
    return point;
  }
}
