/** The bytes of one page, made once and read by any number of scrapes, from the first byte on, while it is being made. */
export class Page implements AsyncIterable<Uint8Array<ArrayBuffer>> {
  /** Resolves when all of it is there; rejects when it could not be made. */
  readonly whole: Promise<void>;
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #more: Promise<void> = Promise.resolve();
  #isWhole = false;
  #wake: () => void = () => {};

  constructor(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>) {
    this.#await();
    this.whole = this.#fill(chunks);
    this.whole.catch(() => {});
  }

  /** How many bytes there are by now. */
  get size(): number {
    return this.#chunks.reduce((total, { byteLength }) => total + byteLength, 0);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let index = 0; ; index++) {
      while (index >= this.#chunks.length) {
        if (this.#isWhole) return this.whole;
        await this.#more;
      }
      yield this.#chunks[index] as Uint8Array<ArrayBuffer>;
    }
  }

  async #fill(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      for await (const chunk of chunks) {
        if (chunk.byteLength === 0) continue;
        this.#chunks.push(chunk);
        this.#await();
      }
    } finally {
      this.#isWhole = true;
      this.#wake();
    }
  }

  #await(): void {
    this.#wake();
    this.#more = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
