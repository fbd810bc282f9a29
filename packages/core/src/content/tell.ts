import type { CallContent } from '../call-hooks';
import { quietly } from '../guard';
import type { Outcome } from '../types';

interface Talked<Call> {
  readonly content: CallContent<Call> | undefined;
}

// Apart from the call, so that one without content makes no closures.

/** Tells the content of a call its whole result. */
export function tellContent({ content }: Talked<never>, result: unknown): void {
  quietly('content', () => content?.result(result));
}

/** Tells it that the call is over. */
export function endContent<Call extends Talked<Call>>(call: Call, outcome: Outcome, type: string | undefined): void {
  quietly('content', () => call.content?.ended(call, outcome, type));
}
