/** Values of one key before any is judged: fewer say little of a tail. */
const FEWEST = 20;
/** Keys with values of their own; later ones share theirs. */
const MOST_KEYS = 200;
const OTHERS = '';

/** The latest values of one key, in the order they came and in order. */
class Window {
  #latest: number[] = [];
  #sorted: number[] = [];
  #next = 0;

  constructor(readonly size: number) {}

  /** The value that this share of the window is not above; `undefined` while there are too few. */
  quantile(share: number): number | undefined {
    const { length } = this.#sorted;
    return length < FEWEST ? undefined : this.#sorted[Math.ceil(share * length) - 1];
  }

  add(value: number): void {
    if (this.#latest.length === this.size) {
      this.#sorted.splice(this.#placeOf(this.#latest[this.#next]!), 1);
    }
    this.#latest[this.#next] = value;
    this.#next = (this.#next + 1) % this.size;
    this.#sorted.splice(this.#placeOf(value), 0, value);
  }

  /** Of the first value that is not below. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Tells values in the tail of what came lately under the same key. Memory is bounded: 200 keys of `size` values. */
export class MovingQuantile {
  #windows = new Map<string, Window>();

  constructor(
    readonly share: number,
    readonly size: number,
  ) {}

  /** Whether the value is above the quantile of those before it, of which it is one from here on. */
  isAbove(key: string, value: number): boolean {
    const window = this.#windowOf(key);
    const quantile = window.quantile(this.share);
    window.add(value);
    return quantile !== undefined && value > quantile;
  }

  #windowOf(key: string): Window {
    const name = this.#windows.has(key) || this.#windows.size < MOST_KEYS ? key : OTHERS;
    const window = this.#windows.get(name) ?? new Window(this.size);
    this.#windows.set(name, window);
    return window;
  }
}
