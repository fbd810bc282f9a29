import type { ResponseHeaders } from '../types';

/** What a call knows of its server's work when it ends. */
export interface Told {
  /** The chunk or result that tells of it. */
  readonly server: unknown;
  readonly headers: ResponseHeaders | undefined;
  /** Milliseconds of the monotonic clock; streams only. */
  readonly firstToken: number | undefined;
}
