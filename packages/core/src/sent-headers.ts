import type { Quirks } from './descriptor';

import type { ResponseHeaders } from './types';
import { TIMES, wantedHeaders } from './wanted-headers';

/** So many responses of a client are looked through, and then every so many: each header that is asked for costs. */
const FEW = 8;
const STEP = 32;

/** Remembers which of the headers that are of interest a client's server sends. */
export class SentHeaders {
  names: readonly string[] = [];
  /** Whether some of them tell how long the server took. */
  timed = false;
  #responses = 0;

  look(headers: ResponseHeaders, quirks: Quirks | undefined): void {
    const before = this.#responses++;
    if (before < FEW || before % STEP === 0) this.#find(headers, wantedHeaders(quirks));
  }

  #find(headers: ResponseHeaders, wanted: readonly string[]): void {
    this.names = wanted.filter((name) => this.names.includes(name) || headers.get(name) !== null);
    this.timed = TIMES.some((name) => this.names.includes(name));
  }

  /** Another kind of response is there, which may have other headers. */
  lookAgain(): void {
    this.#responses = 0;
  }

  /** The value of a header, if the server is one that sends it. */
  read(headers: ResponseHeaders | undefined, name: string): string | null | undefined {
    return this.names.includes(name) ? headers?.get(name) : undefined;
  }
}
