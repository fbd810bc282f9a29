import type { Call } from './call';
import { toSeconds } from './clock';
import { absorb, quietly, warnOnce } from './guard';
import { isListed, withTablePrice } from './prices/lazy';
import { leaveShared } from './prices/shared-time';
import type { PricedCall, Pricing } from './pricing';
import type { Cost } from './types';

/** A figure for one call above it can't be meant. */
const MOST_USD = 1e9;
const PART = 'the pricing function';

type Take = (cost: Cost | undefined) => void;

/**
 * Hands `take` what a call that is over cost, once, or `undefined` if nothing knows: at once, or later where the price
 * table has to be loaded.
 */
export function withCost(call: Call, take: Take): void {
  const { facts, watch } = call;
  // Now, so that the call shares no time with later ones.
  const byUser = watch.options.pricing && userCost(call, watch.options.pricing);
  if (isPrice(facts.cost)) take({ usd: facts.cost, source: 'provider' });
  else if (facts.usage === undefined || !isListed(call)) take(byUser?.());
  else withTableCost(call, take, byUser);
}

function withTableCost(call: Call, take: Take, otherwise: (() => Cost | undefined) | undefined): void {
  withTablePrice(call, (usd) => take(isPrice(usd) ? { usd, source: 'table' } : otherwise?.()));
}

/** Ends what is measured for the user's function, which runs if nothing else knows the cost. */
function userCost(call: Call, pricing: Pricing): () => Cost | undefined {
  const { endpoint, method, facts, model = '', duration } = call;
  const durationSeconds = toSeconds(duration);
  const priced: PricedCall = {
    provider: endpoint.provider,
    operation: method.operation,
    responseModel: facts.responseModel ?? model,
    durationSeconds,
    sharedSeconds: leaveShared(call, pricing, durationSeconds),
  };
  return () => {
    const usage = facts.usage ?? (pricing.timed ? {} : undefined);
    const usd = usage && quietly(PART, () => absorb(PART, pricing(model, usage, priced)));
    return isPrice(usd) ? { usd, source: 'user' } : undefined;
  };
}

function isPrice(usd: unknown): usd is number {
  const isAmount = Number.isFinite(usd) && (usd as number) >= 0;
  const isMeant = (usd as number) <= MOST_USD;
  if (isAmount && !isMeant) warnOnce('core', 'a cost of more than 1e9 US dollars was left out', usd);
  return isAmount && isMeant;
}
