import type { Attributes, HrTime } from '@opentelemetry/api';
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { BATCH } from './batches';
import type { Point } from './family';
import type { MetricSource } from './metric-source';
import type { MetricKind } from './naming';
import type { Accumulation, Accumulations, Aggregator, Collector, Entry, Storage } from './sdk-internals';

const CUMULATIVE = 1;
/** The first kind of aggregation whose value is more than a number. */
const HISTOGRAM = 3;
const NOTHING: readonly Point[] = [];

/** A point whose place the next batch takes: one for each series is a third of a scrape's garbage. */
interface NumberPoint {
  attributes: Attributes;
  value: number;
}

/**
 * One instrument of the SDK, collected bit by bit: what its own `collect()` does in one go, which takes a quarter of a
 * second for 100,000 series. It keeps the SDK's state as the SDK does, so that the two may take turns.
 */
export class SdkSource implements MetricSource {
  readonly distinct = true;
  #time: HrTime = [0, 0];
  /** What was recorded and is not yet in the totals; there may be some left of a scrape that was broken off. */
  readonly #unmerged: Fresh[] = [];

  constructor(
    readonly scope: ScopeMetrics['scope'],
    private readonly storage: Storage,
    private readonly collector: Collector,
  ) {}

  get keeper(): object {
    return this;
  }

  get name(): string {
    return this.storage.getInstrumentDescriptor().name;
  }

  get unit(): string {
    return this.storage.getInstrumentDescriptor().unit;
  }

  get description(): string {
    return this.storage.getInstrumentDescriptor().description;
  }

  get kind(): MetricKind {
    const { kind, monotonic } = this.storage._temporalMetricStorage._aggregator;
    if (kind >= HISTOGRAM) return 'histogram';
    if (kind === 2) return 'gauge';
    return monotonic ? 'counter' : 'updowncounter';
  }

  /** Sets the time of this collection. */
  at(time: HrTime): this {
    this.#time = time;
    return this;
  }

  *points(): Generator<readonly Point[]> {
    const totals = this.#drain();
    yield NOTHING;
    yield* this.#merge(totals);
    // Not by their iterators, which are slow in code that seldom runs.
    const accumulations = Array.from(totals._valueMap.values());
    const attributes = Array.from(totals._keyMap.values());
    const numbers: NumberPoint[] = [];
    for (let from = 0; from < accumulations.length; from += BATCH) {
      yield this.#batch(accumulations, attributes, from, numbers);
    }
  }

  #batch(
    accumulations: readonly Accumulation[],
    attributes: readonly Attributes[],
    from: number,
    numbers: NumberPoint[],
  ): readonly Point[] {
    const { _aggregator } = this.storage._temporalMetricStorage;
    const to = Math.min(from + BATCH, accumulations.length);
    if (_aggregator.kind < HISTOGRAM) {
      numbers.length = Math.min(numbers.length, to - from);
      for (let index = from; index < to; index++) {
        numbers[index - from] ??= { attributes: {}, value: 0 };
        const point = numbers[index - from]!;
        point.attributes = attributes[index]!;
        point.value = accumulations[index]!.toPointValue() as number;
      }
      return numbers;
    }
    const entries: Entry[] = [];
    for (let index = from; index < to; index++) entries.push([attributes[index]!, accumulations[index]!]);
    const descriptor = this.storage.getInstrumentDescriptor();
    return _aggregator.toMetricData(descriptor, CUMULATIVE, entries, this.#time)?.dataPoints ?? NOTHING;
  }

  /** Takes what was recorded since the last time; gives the totals that it goes into. */
  #drain(): Accumulations {
    const { _deltaMetricStorage, _temporalMetricStorage: temporal } = this.storage;
    temporal._stashAccumulations(_deltaMetricStorage.collect());
    const fresh = temporal._unreportedAccumulations.get(this.collector) ?? [];
    temporal._unreportedAccumulations.set(this.collector, []);
    const totals = temporal._reportHistory.get(this.collector)?.accumulations ?? this.#firstTotals(fresh);
    const report = { accumulations: totals, collectionTime: this.#time, aggregationTemporality: CUMULATIVE };
    temporal._reportHistory.set(this.collector, report);
    for (const accumulations of fresh) if (accumulations.size > 0) this.#unmerged.push(new Fresh(accumulations));
    return totals;
  }

  /** The first of `fresh` becomes the totals, unless another reader has it too. */
  #firstTotals(fresh: Accumulations[]): Accumulations {
    const isShared = this.storage._temporalMetricStorage._unreportedAccumulations.size > 1;
    const first = isShared ? undefined : fresh.shift();
    return first ?? new (fresh[0]!.constructor as new () => Accumulations)();
  }

  *#merge(totals: Accumulations): Generator<readonly Point[]> {
    const { _aggregator } = this.storage._temporalMetricStorage;
    for (let next = this.#unmerged[0]; next !== undefined; next = this.#unmerged[0]) {
      if (!next.mergeInto(totals, _aggregator)) this.#unmerged.shift();
      yield NOTHING;
    }
  }
}

/** What was recorded since the last collection, on its way into the totals. */
class Fresh {
  readonly #hashes: readonly string[];
  readonly #accumulations: readonly Accumulation[];
  #next = 0;

  constructor(private readonly from: Accumulations) {
    this.#hashes = Array.from(from._valueMap.keys());
    this.#accumulations = Array.from(from._valueMap.values());
  }

  /** Adds the next ones to the totals; gives false when there are none left. */
  mergeInto({ _valueMap, _keyMap }: Accumulations, aggregator: Aggregator): boolean {
    const end = Math.min(this.#next + BATCH, this.#hashes.length);
    for (; this.#next < end; this.#next++) {
      const hash = this.#hashes[this.#next]!;
      const accumulation = this.#accumulations[this.#next]!;
      const total = _valueMap.get(hash);
      if (total === undefined) _keyMap.set(hash, this.from._keyMap.get(hash)!);
      _valueMap.set(hash, total === undefined ? accumulation : aggregator.merge(total, accumulation));
    }
    return this.#next < this.#hashes.length;
  }
}

/** Whether Prometheus can have this instrument: an aggregation may say that it is to be dropped. */
export const isKept = (storage: Storage): boolean => storage._temporalMetricStorage._aggregator.kind !== 0;
