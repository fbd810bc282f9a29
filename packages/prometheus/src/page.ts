import { createPacer } from './pacer';

type Chunk = Uint8Array<ArrayBuffer>;

/** The bytes of one page, made once and read by any number of scrapes, from the first byte on, while it is being made. */
export class Page implements AsyncIterable<Chunk> {
  /** Resolves when all of it is there; rejects when it could not be made. */
  readonly whole: Promise<void>;
  readonly #chunks: Chunk[] = [];
  #size = 0;
  #more: Promise<void> | undefined;
  #state: 'growing' | 'whole' | 'broken' = 'growing';
  #wake: () => void = () => {};

  /** Of what comes out of `steps`; those that run by themselves are made to let others have the event loop. */
  constructor(steps: Iterable<Chunk> | AsyncIterable<Chunk>) {
    this.whole = this.#fill(steps);
    this.whole.catch(() => {});
  }

  /** How many bytes there are by now. */
  get size(): number {
    return this.#size;
  }

  /** All of it, if it is there already: a page that takes no longer than a slice is, from the first. */
  get chunks(): readonly Chunk[] | undefined {
    return this.#state === 'whole' ? this.#chunks : undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Chunk> {
    for (let index = 0; ; index++) {
      while (index >= this.#chunks.length) {
        if (this.#state !== 'growing') return this.whole;
        this.#more ??= new Promise((resolve) => {
          this.#wake = resolve;
        });
        await this.#more;
      }
      yield this.#chunks[index] as Chunk;
    }
  }

  async #fill(steps: Iterable<Chunk> | AsyncIterable<Chunk>): Promise<void> {
    try {
      if (Symbol.asyncIterator in steps) for await (const chunk of steps) this.#add(chunk);
      else await this.#pace(steps);
      this.#state = 'whole';
    } catch (fault) {
      this.#state = 'broken';
      throw fault;
    } finally {
      this.#wakeAll();
    }
  }

  async #pace(steps: Iterable<Chunk>): Promise<void> {
    const pacer = createPacer();
    for (const chunk of steps) {
      this.#add(chunk);
      if (pacer.due()) await pacer.rest();
    }
  }

  #add(chunk: Chunk): void {
    if (chunk.byteLength === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    this.#wakeAll();
  }

  #wakeAll(): void {
    this.#wake();
    this.#more = undefined;
  }
}
