import type { ByteWriter } from './byte-writer';
import type { Point } from './family';
import type { LabelPlans } from './labels';

type Attributes = Point['attributes'];

/** Labels stand in blocks, so that more of them need no copy of those that are there. */
const BLOCK_BITS = 16;
const BLOCK_BYTES = 1 << BLOCK_BITS;
/** Past this many, 64 MiB, labels are made anew at every scrape: some 500,000 series. */
const MOST_BLOCKS = 1024;

/**
 * The labels of a source's series as they were printed, one after the other: a scrape copies them, which costs a tenth of
 * making them. Where a series has changed its place, or gone, what comes after it is made anew.
 */
export class LabelCache {
  /** Whether two of the series may have the same labels: nothing is kept from there on. */
  isAmbiguous = false;
  #key: string | undefined;
  #plans: LabelPlans | undefined;
  #blocks: Uint8Array[] = [];
  /** Whose labels they are. */
  #attributes: Attributes[] = [];
  #starts = new Uint32Array(0);
  #ends = new Uint32Array(0);
  #count = 0;

  /** Makes it that of `key`, which tells all that labels depend on. */
  open(key: string, makePlans: () => LabelPlans): LabelPlans {
    if (key === this.#key && this.#plans !== undefined) return this.#plans;
    this.#key = key;
    this.#plans = makePlans();
    this.#cut(0);
    return this.#plans;
  }

  has(key: string, index: number, attributes: Attributes): boolean {
    return index < this.#count && this.#attributes[index] === attributes && key === this.#key;
  }

  /** Writes the labels of a series that is there. */
  write(writer: ByteWriter, index: number): void {
    const start = this.#starts[index] as number;
    const block = this.#blocks[start >> BLOCK_BITS] as Uint8Array;
    writer.copy(block, start & (BLOCK_BYTES - 1), (start & (BLOCK_BYTES - 1)) + (this.#ends[index] as number) - start);
  }

  /** Keeps the labels of the next series. */
  append(key: string, index: number, attributes: Attributes, labels: Uint8Array): void {
    if (index > this.#count || key !== this.#key || this.isAmbiguous) return;
    this.#cut(index);
    let start = index === 0 ? 0 : (this.#ends[index - 1] as number);
    if ((start & (BLOCK_BYTES - 1)) + labels.length > BLOCK_BYTES) start = ((start >> BLOCK_BITS) + 1) << BLOCK_BITS;
    const block = start >> BLOCK_BITS;
    if (labels.length >= BLOCK_BYTES || block >= MOST_BLOCKS) return;
    if (index >= this.#ends.length) this.#grow();
    this.#blocks[block] ??= new Uint8Array(BLOCK_BYTES);
    this.#blocks[block].set(labels, start & (BLOCK_BYTES - 1));
    this.#starts[index] = start;
    this.#ends[index] = start + labels.length;
    this.#attributes[index] = attributes;
    this.#count += 1;
  }

  #cut(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    this.#attributes.length = count;
  }

  #grow(): void {
    const length = Math.max(16, this.#ends.length * 2);
    const [starts, ends] = [new Uint32Array(length), new Uint32Array(length)];
    starts.set(this.#starts);
    ends.set(this.#ends);
    this.#starts = starts;
    this.#ends = ends;
  }
}
