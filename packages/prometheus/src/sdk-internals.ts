import type { Attributes, HrTime } from '@opentelemetry/api';
import type { AggregationTemporality, InstrumentType, MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics';

// As much of the insides of sdk-metrics 2 and 3 as is needed to collect an instrument bit by bit.

/** What the SDK hands to a reader, and the key under which it keeps the reader's state. */
export interface Collector {
  readonly _sharedState: { readonly meterSharedStates: ReadonlyMap<string, MeterState>; readonly resource: unknown };
}

export interface MeterState {
  readonly _instrumentationScope: ScopeMetrics['scope'];
  readonly observableRegistry: { observe(time: HrTime, timeoutMillis?: number): Promise<unknown[]> };
  readonly metricStorageRegistry: { getStorages(collector: Collector): Storage[] };
}

export interface Storage {
  getInstrumentDescriptor(): MetricData['descriptor'] & { readonly type: InstrumentType };
  readonly _deltaMetricStorage: { collect(): Accumulations };
  readonly _temporalMetricStorage: Temporal;
}

export interface Temporal {
  readonly _aggregator: Aggregator;
  readonly _unreportedAccumulations: Map<Collector, Accumulations[]>;
  readonly _reportHistory: Map<Collector, Report>;
  _stashAccumulations(accumulations: Accumulations): void;
}

export interface Report {
  readonly accumulations: Accumulations;
  readonly collectionTime: HrTime;
  readonly aggregationTemporality: AggregationTemporality;
}

export interface Aggregator {
  /** 0 drop, 1 sum, 2 last value, 3 histogram, 4 exponential histogram. */
  readonly kind: number;
  readonly monotonic?: boolean;
  merge(previous: Accumulation, delta: Accumulation): Accumulation;
  toMetricData(
    descriptor: MetricData['descriptor'],
    temporality: AggregationTemporality,
    records: Entry[],
    time: HrTime,
  ): MetricData | undefined;
}

export type Entry = [attributes: Attributes, accumulation: Accumulation];

export interface Accumulation {
  toPointValue(): unknown;
}

/** A map by attributes. Both maps have the same keys in the same order, since nothing is ever deleted. */
export interface Accumulations {
  readonly size: number;
  readonly _valueMap: Map<string, Accumulation>;
  readonly _keyMap: Map<string, Attributes>;
}

/** The collector, if it looks the way it does in the SDKs that are known. */
export function knownCollector(producer: unknown): Collector | undefined {
  const collector = producer as Collector;
  return collector?._sharedState?.meterSharedStates instanceof Map ? collector : undefined;
}

/** The state of its meters, if all of it looks the way it does in the SDKs that are known. */
export function knownStorages(collector: Collector): (readonly [MeterState, readonly Storage[]])[] | undefined {
  const meters: (readonly [MeterState, readonly Storage[]])[] = [];
  for (const meter of collector._sharedState.meterSharedStates.values()) {
    if (typeof meter?.metricStorageRegistry?.getStorages !== 'function' || meter._instrumentationScope === undefined) {
      return undefined;
    }
    const storages = meter.metricStorageRegistry.getStorages(collector);
    if (!storages.every(isKnown)) return undefined;
    meters.push([meter, storages]);
  }
  return meters;
}

export const canObserve = (collector: Collector): boolean =>
  [...collector._sharedState.meterSharedStates.values()].every(
    (meter) => typeof meter?.observableRegistry?.observe === 'function',
  );

function isKnown({ _deltaMetricStorage: delta, _temporalMetricStorage: temporal }: Storage): boolean {
  return (
    typeof delta?.collect === 'function' &&
    typeof temporal?._stashAccumulations === 'function' &&
    temporal._unreportedAccumulations instanceof Map &&
    temporal._reportHistory instanceof Map &&
    typeof temporal._aggregator?.merge === 'function' &&
    typeof temporal._aggregator.toMetricData === 'function'
  );
}
