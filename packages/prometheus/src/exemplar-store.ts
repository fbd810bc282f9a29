import { INSTRUMENTS, type Exemplar as Recorded, subscribeExemplars } from '@grump/llm-otel-core';
import { bucketOf, type Exemplar, type FindExemplars, isShort } from './exemplars';
import type { Point } from './family';

export interface ExemplarOptions {
  /** How long one is shown, in milliseconds. Default 600,000: ten minutes. */
  readonly maxAgeMillis?: number;
  /** How many are kept in all; past it the oldest series goes. Default 10,000. */
  readonly limit?: number;
}

const BOUNDARIES: ReadonlyMap<string, readonly number[]> = new Map(
  INSTRUMENTS.map(({ name, buckets = [] }) => [name, buckets]),
);
const NONE: readonly Exemplar[] = [];

/** Keeps the newest exemplar of each bucket of each series: those of sampled calls, as core offers them. */
export class ExemplarStore {
  readonly #maxAgeMillis: number;
  readonly #limit: number;
  /** By instrument and attributes, oldest first; then by bucket. */
  readonly #series = new Map<string, Map<number, Exemplar>>();
  readonly #instruments = new Set<string>();
  readonly #ids = new WeakMap<object, string>();
  readonly #unsubscribe: () => void;
  #size = 0;

  constructor({ maxAgeMillis = 600_000, limit = 10_000 }: ExemplarOptions = {}) {
    this.#maxAgeMillis = maxAgeMillis;
    this.#limit = limit;
    this.#unsubscribe = subscribeExemplars((recorded) => this.#keep(recorded));
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  readonly find: FindExemplars = (instrument, { attributes, exemplars }) => {
    const oldest = Date.now() - this.#maxAgeMillis;
    if (exemplars !== undefined) return exemplars.filter((one) => one.epochMillis >= oldest && isShort(one));
    if (instrument === undefined || !this.#instruments.has(instrument)) return NONE;
    const kept = this.#series.get(this.#id(instrument, attributes));
    if (kept === undefined) return NONE;
    return [...kept.values()].filter(({ epochMillis }) => epochMillis >= oldest);
  };

  /** Ends it, and forgets all. */
  close(): void {
    this.#unsubscribe();
    this.#series.clear();
    this.#size = 0;
  }

  #keep({ name, value, attributes, traceId, spanId, epochMillis }: Recorded): void {
    const id = this.#id(name, attributes);
    const kept = this.#series.get(id) ?? new Map<number, Exemplar>();
    // Put last again, so that the first is the one that was not touched for longest.
    this.#series.delete(id);
    this.#series.set(id, kept);
    this.#instruments.add(name);
    const bucket = bucketOf(value, BOUNDARIES.get(name) ?? []);
    if (!kept.has(bucket)) this.#size += 1;
    const labels = [
      ['trace_id', traceId],
      ['span_id', spanId],
    ] as const;
    kept.set(bucket, { labels, value, epochMillis });
    this.#trim(epochMillis - this.#maxAgeMillis);
  }

  /** Forgets series past the limit, and those whose newest exemplar is too old. */
  #trim(oldest: number): void {
    for (const [id, kept] of this.#series) {
      const isOld = [...kept.values()].every(({ epochMillis }) => epochMillis < oldest);
      if (!isOld && this.#size <= this.#limit) return;
      this.#series.delete(id);
      this.#size -= kept.size;
    }
  }

  #id(instrument: string, attributes: Point['attributes']): string {
    let id = this.#ids.get(attributes);
    if (id === undefined) {
      const entries = Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1));
      id = JSON.stringify(entries);
      this.#ids.set(attributes, id);
    }
    return `${instrument} ${id}`;
  }
}
