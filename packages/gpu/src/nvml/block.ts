const DECODER = new TextDecoder('latin1');

/** A piece of memory that the driver writes to; little-endian, used again for every call. */
export class Block {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  u32(offset = 0): number {
    return this.#view.getUint32(offset, true);
  }

  i32(offset = 0): number {
    return this.#view.getInt32(offset, true);
  }

  u16(offset = 0): number {
    return this.#view.getUint16(offset, true);
  }

  f64(offset = 0): number {
    return this.#view.getFloat64(offset, true);
  }

  u64(offset = 0): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  i64(offset = 0): bigint {
    return this.#view.getBigInt64(offset, true);
  }

  /** A 64-bit count as a number: exact up to 2^53. */
  count(offset = 0): number {
    return this.u32(offset + 4) * 2 ** 32 + this.u32(offset);
  }

  /** Up to the first NUL. */
  text(offset = 0, length: number = this.bytes.length - offset): string {
    const end = this.bytes.indexOf(0, offset);
    const stop = end === -1 ? offset + length : Math.min(end, offset + length);
    return DECODER.decode(this.bytes.subarray(offset, stop));
  }

  setU32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, true);
    return this;
  }

  setU64(offset: number, value: bigint): this {
    this.#view.setBigUint64(offset, value, true);
    return this;
  }
}
