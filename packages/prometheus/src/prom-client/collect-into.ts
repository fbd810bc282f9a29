import type { Exemplar, FamilySnapshot } from '../family';
import type { FamilySource } from '../family-source';
import { type Sample, samplesOf } from '../samples-of';
import { createWarn } from '../warn';
import { clashError, clashesOf, describe } from './clashes';
import { isOurs, markOurs } from './ours';
import type { GotExemplar, PromClientRegistry } from './registry';

export interface CollectIntoOptions {
  /**
   * What happens where the registry has a metric of the same name. `throw`: nothing is added, and a `NameClashError`
   * says which. `leave-out`: the registry's stays alone. One that comes up later is left out, and told of. Default `throw`.
   */
  readonly clashes?: 'throw' | 'leave-out';
}

/** A registry that has the metrics of a bridge. */
export interface Collecting {
  /** Takes them out again. */
  stop(): void;
}

/** Adds all that `source` has to `registry`, now and with every page of it. */
export async function collectInto(
  source: FamilySource,
  registry: PromClientRegistry,
  { clashes = 'throw' }: CollectIntoOptions = {},
): Promise<Collecting> {
  const collector = new Collector(source, registry);
  collector.start();
  try {
    await collector.update(clashes === 'throw');
  } catch (error) {
    collector.stop();
    throw error;
  }
  return collector;
}

/** Metrics are read one by one for a page; within this time they are of one collection. */
const FRESH_MILLIS = 100;

class Collector implements Collecting {
  readonly #warn = createWarn();
  #families: ReadonlyMap<string, FamilySnapshot> = new Map();
  #updating: Promise<void> | undefined;
  #updatedAt = Number.NEGATIVE_INFINITY;
  #undo: (() => void)[] = [];

  constructor(
    private readonly source: FamilySource,
    private readonly registry: PromClientRegistry,
  ) {}

  /** A registry lists its metrics when it is asked for a page, so that ones which are new must be there before. */
  start(): void {
    this.#before('metrics');
    this.#before('getMetricsAsJSON');
  }

  stop(): void {
    for (const undo of this.#undo) undo();
    this.#undo = [];
    this.#show([]);
  }

  update(mayThrow: boolean): Promise<void> {
    this.#updating ??= this.#update(mayThrow).finally(() => {
      this.#updating = undefined;
      this.#updatedAt = performance.now();
    });
    return this.#updating;
  }

  /** What the family has now. */
  async read(name: string): Promise<FamilySnapshot | undefined> {
    if (performance.now() - this.#updatedAt > FRESH_MILLIS) await this.#refresh();
    return this.#families.get(name);
  }

  #before(method: 'metrics' | 'getMetricsAsJSON'): void {
    const { registry } = this;
    const own = Object.getOwnPropertyDescriptor(registry, method);
    const original = registry[method] as (...parameters: unknown[]) => Promise<never>;
    const replaced = async (...parameters: unknown[]): Promise<never> => {
      await this.#refresh();
      return original.apply(registry, parameters);
    };
    Object.defineProperty(registry, method, { value: replaced, configurable: true, writable: true });
    this.#undo.push(() => {
      if (registry[method] !== (replaced as unknown)) return;
      if (own === undefined) delete (registry as Partial<PromClientRegistry>)[method];
      else Object.defineProperty(registry, method, own);
    });
  }

  /** Never rejects: what the registry has besides is not to suffer. */
  async #refresh(): Promise<void> {
    if (this.#undo.length === 0) return;
    await this.update(false).catch((error: unknown) => {
      this.#warn(`metrics are missing from the prom-client registry: ${error}`, error);
      this.#show([]);
    });
  }

  async #update(mayThrow: boolean): Promise<void> {
    const families = await this.source.families();
    const clashes = clashesOf(families, this.registry);
    if (mayThrow && clashes.length > 0) throw clashError(clashes);
    for (const clash of clashes) this.#warn(`left out of the prom-client registry, which has ${describe(clash)}`);
    const clashing = new Set(clashes.map(({ family }) => family));
    if (this.#undo.length > 0) this.#show(families.filter((family) => !clashing.has(family)));
  }

  #show(families: readonly FamilySnapshot[]): void {
    const before = this.#families;
    this.#families = new Map(families.map((family) => [family.name, family]));
    for (const name of before.keys()) if (!this.#families.has(name)) this.#remove(name);
    for (const family of families) {
      if (this.registry.getSingleMetric(family.name) === undefined)
        this.registry.registerMetric(metricOf(family, this));
    }
  }

  #remove(name: string): void {
    const metric = this.registry.getSingleMetric(name);
    if (metric !== undefined && isOurs(metric)) this.registry.removeSingleMetric(name);
  }
}

/** A metric as `prom-client` has them. */
function metricOf({ name, help, type }: FamilySnapshot, collector: Collector): object {
  // What AggregatorRegistry does with those of several workers.
  const aggregator = type === 'info' ? 'first' : 'sum';
  const metric = {
    // With OpenMetrics, the registry takes the suffix from here, and adds it to the samples again.
    name,
    help,
    type: type === 'info' ? 'gauge' : type === 'unknown' ? 'untyped' : type,
    aggregator,
    async get() {
      const family = await collector.read(name);
      const values = family === undefined ? [] : Array.from(samplesOf(family), (sample) => toValue(sample, name));
      return { name: metric.name, help, type: metric.type, values, aggregator };
    },
    reset() {},
  };
  markOurs(metric);
  return metric;
}

function toValue({ name, labels, value, exemplar }: Sample, family: string): object {
  return {
    labels,
    value,
    ...(name !== family && { metricName: name }),
    ...(exemplar !== undefined && { exemplar: toGot(exemplar) }),
  };
}

const toGot = ({ labels, value, epochMillis }: Exemplar): GotExemplar => ({
  labelSet: Object.fromEntries(labels),
  value,
  timestamp: epochMillis / 1000,
});
