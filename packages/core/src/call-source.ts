import type { CallSummary } from './call-summary';

/** A call as those who look on see it: the same object from beginning to end. */
export interface SeenCall {
  /** The requested model, in full. */
  readonly model: string | undefined;
  readonly watch: { readonly client: object };
  /** What `callContext` said. */
  readonly values:
    | {
        readonly attributes: Readonly<Record<string, unknown>>;
        readonly sessionId: string | undefined;
        readonly userId: string | undefined;
      }
    | undefined;
}

/** Hears of the calls of every wrapped client. What it throws changes nothing. */
export interface CallListener {
  /** A call begins; the SDK's method runs right after this, in the same turn. Not told of sessions. */
  began?(call: SeenCall): void;
  /** A call is over, and all that is recorded of it is. */
  ended?(summary: CallSummary, call: SeenCall): void;
}

/** There since somebody subscribed to calls. */
export type CallSource = Required<CallListener>;
