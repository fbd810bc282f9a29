const encoder = new TextEncoder();

/** Writes protobuf's wire format. Fields with the type's default value are written too. */
export class ProtobufWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** What has been written. Valid until more is. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** `int64`, `uint32`, enums: a whole number from 0 to 2^53. */
  integer(field: number, value: number): this {
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  double(field: number, value: number): this {
    this.#varint((field << 3) | 1);
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  /** `fixed64`: a whole number from 0 to 2^64, to the precision of a double. */
  fixed64(field: number, value: bigint): this {
    this.#varint((field << 3) | 1);
    this.#reserve(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  string(field: number, text: string): this {
    // A character of UTF-16 has three bytes at most.
    this.#reserve(text.length * 3 + 20);
    return this.#delimited(field, () => {
      this.#reserve(text.length * 3);
      this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
    });
  }

  message(field: number, write: () => void): this {
    return this.#delimited(field, write);
  }

  packed(field: number, values: readonly number[]): this {
    return this.#delimited(field, () => {
      for (const value of values) this.#varint(value);
    });
  }

  #delimited(field: number, write: () => void): this {
    this.#varint((field << 3) | 2);
    const start = this.#length;
    write();
    const size = this.#length - start;
    const prefix = varintSize(size);
    this.#reserve(prefix);
    this.#bytes.copyWithin(start + prefix, start, this.#length);
    this.#length = start;
    this.#varint(size);
    this.#length += size;
    return this;
  }

  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}
