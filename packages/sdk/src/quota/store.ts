import { age, type Use } from './window';

/** What is to be added to one counter. */
export interface QuotaEntry {
  /** Of the counter; the same in every process. */
  readonly id: string;
  readonly windowMillis: number;
  /** 0 reads; below 0 gives back. */
  readonly amount: number;
}

/** Keeps counters of fixed windows. */
export interface QuotaStore {
  /** Adds at this time, in milliseconds since 1970, and gives what each counter has then, in the order of the entries. */
  add(entries: readonly QuotaEntry[], now: number): readonly Use[] | Promise<readonly Use[]>;
}

/** Counters that are kept; what was not used for longest goes first. */
const MOST = 20_000;

interface Kept {
  readonly use: Use;
  readonly at: number;
}

/** Counters of this process, in memory, which is bounded. */
export class MemoryStore implements QuotaStore {
  #kept = new Map<string, Kept>();

  add(entries: readonly QuotaEntry[], now: number): Use[] {
    return entries.map((entry) => this.#add(entry, now));
  }

  #add({ id, windowMillis, amount }: QuotaEntry, now: number): Use {
    const kept = this.#kept.get(id);
    const { current, previous } =
      kept === undefined ? { current: 0, previous: 0 } : age(kept.use, kept.at, now, windowMillis);
    const use = { current: Math.max(0, current + amount), previous };
    this.#kept.delete(id);
    this.#kept.set(id, { use, at: now });
    if (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value!);
    return use;
  }
}
