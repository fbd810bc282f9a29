import type { Call } from './call';
import { quietly } from './guard';
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

/** Where a cost comes from: the server's own figure, the price table or the user's function. */
export type CostSource = 'provider' | 'table' | 'user';

export interface Cost {
  readonly usd: number;
  readonly source: CostSource;
}

/** What a call cost, or `undefined` if nothing knows. */
export function costOf(call: Call): Cost | undefined {
  const { facts, watch } = call;
  if (isPrice(facts.cost)) return { usd: facts.cost, source: 'provider' };
  const { pricing } = watch.options;
  const { usage } = facts;
  if (pricing === undefined || usage === undefined) return undefined;
  const usd = quietly('the pricing function', () => pricing(call.model ?? '', usage, describe(call)));
  return isPrice(usd) ? { usd, source: 'user' } : undefined;
}

const isPrice = (usd: unknown): usd is number => typeof usd === 'number' && Number.isFinite(usd) && usd >= 0;

function describe({ watch, method, facts, model, startedAt, endedAt }: Call): PricedCall {
  return {
    provider: watch.endpoint.provider,
    operation: method.operation,
    responseModel: facts.responseModel ?? model ?? '',
    durationSeconds: (endedAt - startedAt) / 1000,
  };
}
