import type { RemoteWriteVersion } from './write-request';

/** A request that waits to be sent. */
export interface Queued {
  readonly version: RemoteWriteVersion;
  readonly body: Uint8Array;
  readonly samples: number;
}

/** Requests in order; the oldest are thrown away when they take up more than a number of bytes. */
export class BoundedQueue {
  readonly #items: Queued[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(private readonly maxBytes: number) {}

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Samples that were thrown away. */
  get dropped(): number {
    return this.#dropped;
  }

  push(item: Queued): void {
    this.#items.push(item);
    this.#bytes += item.body.length;
    while (this.#bytes > this.maxBytes && this.#items.length > 0) this.#dropped += this.shift()?.samples ?? 0;
  }

  /** The one to be sent next. */
  peek(): Queued | undefined {
    return this.#items[0];
  }

  shift(): Queued | undefined {
    const item = this.#items.shift();
    this.#bytes -= item?.body.length ?? 0;
    return item;
  }

  /** Takes out `item`; false if it was thrown away meanwhile. */
  take(item: Queued): boolean {
    if (this.#items[0] !== item) return false;
    this.shift();
    return true;
  }

  /** Throws away all. */
  clear(): void {
    while (this.#items.length > 0) this.#dropped += this.shift()?.samples ?? 0;
  }
}
