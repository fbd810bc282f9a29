import type { Usage } from './types';

/** What a {@link Pricing} function is told of a finished call. */
export interface PricedCall {
  /** `provider` label. */
  readonly provider: string;
  /** `gen_ai.operation.name`. */
  readonly operation: string;
  /** The model that answered, as the server named it; the requested one if it named none. */
  readonly responseModel: string;
  readonly durationSeconds: number;
  /**
   * The call's duration, each moment of it divided by the number of calls in flight then: those that went to the same
   * server and have the same pricing function. Their sum is the time in which at least one of them was in flight.
   */
  readonly sharedSeconds: number;
}

/** Prices a call. What it throws, a promise and what is no amount count as no price. */
export interface Pricing {
  /** US dollars of a call; `undefined` where the model has no price. Runs once per call, after it ended. */
  (model: string, usage: Usage, call: PricedCall): number | undefined;
  /** The price is one of time, so that a call without usage has one as well; `usage` is empty then. Default false. */
  readonly timed?: boolean;
}
