import type { StreamTimes } from './stream-times';
import type { Outcome } from './types';

/** Collects what was said in one call; only there where the user asked for content. */
export interface CallContent<Call> {
  /** The SDK has serialised the request, so that reading it changes nothing. */
  sent(): void;
  chunk(chunk: unknown): void;
  result(result: unknown): void;
  /** The call is over; its span has not ended yet. */
  ended(call: Call, outcome: Outcome, errorType: string | undefined): void;
}

/** What a recorder does with a call. */
export interface CallRecorder<Call> {
  ended(call: Call, outcome: Outcome, errorType: string | undefined, error: unknown): void;
  /** The response's headers are there. */
  responded(call: Call): void;
  /** Says where the gaps of this stream are counted; its second chunk is there, and the model known. */
  startGaps(call: Call, stream: StreamTimes): void;
}
