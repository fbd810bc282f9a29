import type { HrTime } from '@opentelemetry/api';
import type { CollectionResult, MetricProducer, ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { within } from './deadline';
import type { FamilyProducer, FamilySnapshot } from './family';
import { collectedSources, type MetricSource } from './metric-source';
import { type Collector, canObserve, knownCollector, knownStorages, type Storage } from './sdk-internals';
import { isKept, SdkSource } from './sdk-source';

/** What there is to show at one moment. Values of the SDK's own instruments are read while they are printed. */
export interface Collection {
  readonly resource: Pick<ResourceMetrics['resource'], 'attributes'> & Partial<ResourceMetrics['resource']>;
  readonly metrics: readonly MetricSource[];
  readonly families: readonly FamilySnapshot[];
  /** What callbacks and producers of families threw. */
  readonly errors: readonly unknown[];
}

/** Where a {@link Collection} comes from. */
export interface Origins {
  /** What the SDK handed to the reader. */
  readonly sdk: unknown;
  readonly producers: readonly MetricProducer[];
  readonly familyProducers: readonly FamilyProducer[];
  /** The reader's own `collect`, for an SDK whose insides are not known. */
  collectAll(options: { timeoutMillis: number }): Promise<CollectionResult>;
}

/** Collects again and again; remembers what is worth it. */
export class CollectionSource {
  readonly #origins: () => Origins;
  readonly #sources = new WeakMap<Storage, SdkSource>();

  constructor(origins: () => Origins) {
    this.#origins = origins;
  }

  /** Callbacks and family producers that take longer than `timeoutMillis` are done without; a metric producer is waited for. */
  async collect(timeoutMillis: number): Promise<Collection> {
    const origins = this.#origins();
    const [metrics, { families, errors }] = await Promise.all([
      this.#metrics(origins, timeoutMillis),
      collectFamilies(origins.familyProducers, timeoutMillis),
    ]);
    return { ...metrics, families, errors: [...metrics.errors, ...errors] };
  }

  async #metrics(origins: Origins, timeoutMillis: number): Promise<Omit<Collection, 'families'>> {
    const collector = knownCollector(origins.sdk);
    const isKnown = collector !== undefined && canObserve(collector) && knownStorages(collector) !== undefined;
    if (!isKnown) {
      const { resourceMetrics, errors } = await origins.collectAll({ timeoutMillis });
      return { ...resourceMetrics, metrics: resourceMetrics.scopeMetrics.flatMap(collectedSources), errors };
    }
    const [{ metrics, errors }, ...produced] = await Promise.all([
      this.#ofSdk(collector, timeoutMillis),
      ...origins.producers.map((producer) => producer.collect({ timeoutMillis })),
    ]);
    return {
      resource: collector._sharedState.resource as Collection['resource'],
      metrics: [
        ...metrics,
        ...produced.flatMap((result) => result.resourceMetrics.scopeMetrics.flatMap(collectedSources)),
      ],
      errors: [...errors, ...produced.flatMap((result) => result.errors)],
    };
  }

  /** Runs the callbacks, then lists the instruments. */
  async #ofSdk(collector: Collector, timeoutMillis: number): Promise<Pick<Collection, 'metrics' | 'errors'>> {
    const now = Date.now();
    const time: HrTime = [Math.floor(now / 1000), (now % 1000) * 1e6];
    const errors = await observe(collector, time, timeoutMillis);
    const metrics = (knownStorages(collector) ?? []).flatMap(([{ _instrumentationScope: scope }, storages]) =>
      storages.filter(isKept).map((storage) => this.#sourceOf(scope, storage, collector).at(time)),
    );
    return { metrics, errors };
  }

  #sourceOf(scope: ScopeMetrics['scope'], storage: Storage, collector: Collector): SdkSource {
    let source = this.#sources.get(storage);
    if (source === undefined) {
      source = new SdkSource(scope, storage, collector);
      this.#sources.set(storage, source);
    }
    return source;
  }
}

async function observe(collector: Collector, time: HrTime, timeoutMillis: number): Promise<unknown[]> {
  const meters = [...collector._sharedState.meterSharedStates.values()];
  const errors = await Promise.all(meters.map((meter) => meter.observableRegistry.observe(time, timeoutMillis)));
  return errors.flat();
}

async function collectFamilies(
  producers: readonly FamilyProducer[],
  timeoutMillis: number,
): Promise<Pick<Collection, 'families' | 'errors'>> {
  const results = await Promise.allSettled(
    producers.map(async (producer) => within(timeoutMillis, producer.collectFamilies({ timeoutMillis }))),
  );
  return {
    families: results.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
    errors: results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
  };
}
