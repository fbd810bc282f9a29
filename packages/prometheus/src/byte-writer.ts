const encoder = new TextEncoder();

/** Past this, handing the text to the runtime is cheaper than going through it here. */
const SHORT = 40;

/**
 * Text as bytes of UTF-8, put together without a string in between: those would be three quarters of what a scrape
 * allocates.
 */
export class ByteWriter {
  #bytes = new Uint8Array(1 << 15);
  #length = 0;

  /** How many bytes wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /** A copy of what was written; starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  text(text: string): void {
    if (text === '') return;
    this.#reserve(text.length * 3);
    if (text.length > SHORT || !this.#ascii(text)) this.#encode(text);
  }

  /** Text that is to stand between quotes. */
  escaped(text: string): void {
    this.#reserve(text.length * 6);
    if (this.#plain(text)) return;
    this.#encode(text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`)));
  }

  /** Forgets what was written after an earlier length. */
  cut(length: number): void {
    this.#length = length;
  }

  /** What was written since an earlier length; good until something else is written. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#length);
  }

  /** Writes a part of other bytes. */
  copy(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    // Not byte by byte: a scrape comes too seldom for the engine to keep such a loop fast.
    this.#bytes.set(source.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  /** Writes once more what stands between two earlier lengths. */
  repeat(start: number, end: number): void {
    this.#reserve(end - start);
    this.#bytes.copyWithin(this.#length, start, end);
    this.#length += end - start;
  }

  /** As {@link #ascii}, but for text without any character that needs a backslash between quotes. */
  #plain(text: string): boolean {
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80 || code === QUOTE || code === BACKSLASH || code === NEW_LINE) return false;
      bytes[at++] = code;
    }
    this.#length = at;
    return true;
  }

  /** Whether `text` was written: not if any of its characters takes more than one byte. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      bytes[at++] = code;
    }
    this.#length = at;
    return true;
  }

  #encode(text: string): void {
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEW_LINE = 0x0a;
