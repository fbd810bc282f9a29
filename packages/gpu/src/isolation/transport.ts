import type { Reading } from '../session';

/** Where the sources run. */
export interface Transport {
  /** Resolves with a reading; may never settle. Rejects when the helper has ended. */
  poll(): Promise<Reading>;
  /** Ends the helper at once, as far as the kernel lets it. */
  kill(): void;
  /** Whether the helper is gone. One that the kernel holds on to stays. */
  readonly gone: boolean;
}
