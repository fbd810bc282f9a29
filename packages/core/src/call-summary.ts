import type { Cost, Outcome, Usage } from './types';

/**
 * What `onCall` is told of one call: a plain object of its own, that nothing changes later. Times are seconds. What is
 * `undefined` is not known, or does not apply; figures are those of the metrics.
 */
export interface CallSummary {
  /** `provider` label. */
  readonly provider: string;
  /** `gen_ai.operation.name`, such as `chat`. */
  readonly operation: string;
  /** The requested model, in full; the label may be `other`. */
  readonly model: string | undefined;
  /** The model that answered, as the server named it. */
  readonly responseModel: string | undefined;
  readonly outcome: Outcome;
  /** HTTP status, a system error's code or a class name, where an error ended the call; never a message. */
  readonly errorType: string | undefined;
  /** When the method was called, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationSeconds: number;
  /** Whether the result was a stream. */
  readonly stream: boolean;
  readonly timeToFirstTokenSeconds: number | undefined;
  /** To the first token that is not reasoning. */
  readonly timeToFirstOutputTokenSeconds: number | undefined;
  readonly timePerOutputTokenSeconds: number | undefined;
  readonly tokensPerSecond: number | undefined;
  /** The longest waiting for a chunk after the first. */
  readonly maxGapSeconds: number | undefined;
  /** Tokens as the server counted them. */
  readonly usage: Readonly<Usage> | undefined;
  /** By choice; `''` where a choice has none. */
  readonly finishReasons: readonly string[];
  /** US dollars, and who knew. */
  readonly cost: Cost | undefined;
  readonly responseId: string | undefined;
  /** The server's id of the HTTP request, from the headers of the response or the error. */
  readonly requestId: string | undefined;
  /** What `callContext` said. */
  readonly attributes: Readonly<Record<string, unknown>> | undefined;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** Is told of each call when it is over. What it throws, rejects or returns changes nothing. */
export type OnCall = (summary: CallSummary) => void;
