import type { Point } from './family';
import type { LabelPlans } from './labels';

type Attributes = Point['attributes'];

/** Past this many characters, 64 MiB, labels are made anew at every scrape: some 500,000 series. */
const MOST_CHARACTERS = 1 << 26;

/**
 * The labels of a source's series as they were printed last, by the series' place: to make them takes longer than all
 * else of a scrape. A series that has changed its place has other attributes there, and its labels are made anew.
 */
export class LabelCache {
  /** Whether two of the series may have the same labels: then each page looks at all of them. */
  isAmbiguous = false;
  /** Whose labels they are. */
  readonly #attributes: Attributes[] = [];
  readonly #texts: string[] = [];
  #characters = 0;

  constructor(
    /** Tells all that labels depend on. */
    readonly key: string,
    readonly plans: LabelPlans,
  ) {}

  /** The labels of the series at this place, if they are known. */
  get(index: number, attributes: Attributes): string | undefined {
    return this.#attributes[index] === attributes ? this.#texts[index] : undefined;
  }

  /** Keeps the labels of the series at this place; places come in order. */
  set(index: number, attributes: Attributes, text: string): void {
    const change = text.length - (this.#texts[index]?.length ?? 0);
    if (index > this.#texts.length || this.#characters + change > MOST_CHARACTERS) return;
    this.#attributes[index] = attributes;
    this.#texts[index] = text;
    this.#characters += change;
  }

  /** Forgets all from this place on: there are no such series any more. */
  cut(count: number): void {
    for (let index = count; index < this.#texts.length; index++) this.#characters -= this.#texts[index]?.length ?? 0;
    if (count >= this.#texts.length) return;
    this.#attributes.length = count;
    this.#texts.length = count;
  }
}

const caches = new WeakMap<object, LabelCache>();

/** The labels that are kept under `keeper`. Those of another key are forgotten, unless a page is still made with them. */
export function labelCacheOf(keeper: object, key: string, makePlans: () => LabelPlans): LabelCache {
  let cache = caches.get(keeper);
  if (cache?.key !== key) {
    cache = new LabelCache(key, makePlans());
    caches.set(keeper, cache);
  }
  return cache as LabelCache;
}
