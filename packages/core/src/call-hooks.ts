import type { StreamTimes } from './stream-times';
import type { CallFacts, Outcome } from './types';

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

/** A call whose body somebody else reads, as those who look on report it. */
export interface ReadCall {
  readonly facts: CallFacts;
  /** The next piece is asked for. */
  pulled(): void;
  arrived(piece: unknown): void;
  /** The body is over; whether it is complete is in the facts. */
  exhausted(): void;
  failed(error: unknown): void;
  /** The reader leaves. */
  closed(): void;
}

/** The way from a body to its call, which is cut when the call ends. */
export interface ReadLink {
  readonly call: ReadCall | undefined;
}
