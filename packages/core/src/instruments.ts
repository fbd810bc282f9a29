import { type Histogram, type Meter, type MetricOptions, type Observable, ValueType } from '@opentelemetry/api';
import type { Instrument } from './catalogue';

/** Requests, tokens and decisions are whole numbers; seconds, dollars and ratios are not. */
const WHOLE = new Set(['{request}', '{token}', '{decision}']);

export const valueTypeOf = ({ unit }: Instrument): ValueType => (WHOLE.has(unit) ? ValueType.INT : ValueType.DOUBLE);

const optionsOf = (instrument: Instrument): MetricOptions => ({
  unit: instrument.unit,
  description: instrument.description,
  valueType: valueTypeOf(instrument),
});

export function createHistogram(meter: Meter, instrument: Instrument): Histogram {
  const advice = { explicitBucketBoundaries: [...(instrument.buckets ?? [])] };
  return meter.createHistogram(instrument.name, { ...optionsOf(instrument), advice });
}

export function createObservable(meter: Meter, instrument: Instrument): Observable {
  const options = optionsOf(instrument);
  if (instrument.kind === 'counter') return meter.createObservableCounter(instrument.name, options);
  if (instrument.kind === 'gauge') return meter.createObservableGauge(instrument.name, options);
  return meter.createObservableUpDownCounter(instrument.name, options);
}
