import { closeSync, openSync, readSync } from 'node:fs';

const buffer = new Uint8Array(256);
const DECODER = new TextDecoder('latin1');

/** A small file that is read again and again through one descriptor. */
export class KeptFile {
  readonly #path: string;
  #descriptor: number | undefined;
  #missing = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Its text; `undefined` where it is missing or the kernel refuses. */
  text(): string | undefined {
    if (this.#missing) return undefined;
    try {
      this.#descriptor ??= openSync(this.#path, 'r');
      return DECODER.decode(buffer.subarray(0, readSync(this.#descriptor, buffer, 0, buffer.length, 0))).trim();
    } catch (error) {
      this.#missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      return undefined;
    }
  }

  /** A whole number that is not negative, unless `signed`. */
  number(signed = false): number | undefined {
    const text = this.text();
    return text !== undefined && (signed ? /^-?\d+$/ : /^\d+$/).test(text) ? Number(text) : undefined;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
