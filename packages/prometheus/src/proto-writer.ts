const encoder = new TextEncoder();

/** Writes protocol buffers; fields by number. What has its default value is written too, unless said otherwise. */
export class ProtoWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written; starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  uint(field: number, value: number): void {
    this.#tag(field, 0);
    this.varint(value);
  }

  sint(field: number, value: number): void {
    this.#tag(field, 0);
    this.varint(zigzag(value));
  }

  double(field: number, value: number): void {
    this.#tag(field, 1);
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  fixed64(field: number, value: bigint): void {
    this.#tag(field, 1);
    this.#reserve(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  text(field: number, value: string): void {
    this.#tag(field, 2);
    this.#sized(() => {
      this.#reserve(value.length * 3);
      this.#length += encoder.encodeInto(value, this.#bytes.subarray(this.#length)).written;
    });
  }

  message(field: number, write: () => void): void {
    this.#tag(field, 2);
    this.#sized(write);
  }

  /** A packed list of signed numbers, each as the difference from the one before. */
  deltas(field: number, values: readonly number[]): void {
    this.message(field, () => {
      let before = 0;
      for (const value of values) {
        this.varint(zigzag(value - before));
        before = value;
      }
    });
  }

  varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #tag(field: number, wire: number): void {
    this.varint(field * 8 + wire);
  }

  /** Writes the length of what `write` writes before it. */
  #sized(write: () => void): void {
    this.#reserve(5);
    const start = this.#length;
    this.#length += 1;
    write();
    const size = this.#length - start - 1;
    const extra = varintSize(size) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#bytes.copyWithin(start + 1 + extra, start + 1, this.#length);
    }
    this.#length = start;
    this.varint(size);
    this.#length += size;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}
