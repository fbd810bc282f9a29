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
}

/** US dollars of a call; `undefined` where the model has no price. Runs once per call, after it ended. */
export type Pricing = (model: string, usage: Usage, call: PricedCall) => number | undefined;
