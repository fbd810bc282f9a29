import type { Call } from './call';
import { secondsBetween } from './clock';
import { absorb, quietly } from './guard';
import type { PricedCall } from './pricing';
import type { Cost } from './types';

/** What a call cost, or `undefined` if nothing knows. */
export function costOf(call: Call): Cost | undefined {
  const { facts, watch } = call;
  if (isPrice(facts.cost)) return { usd: facts.cost, source: 'provider' };
  const { pricing } = watch.options;
  const { usage } = facts;
  if (pricing === undefined || usage === undefined) return undefined;
  const usd = quietly('the pricing function', () =>
    absorb('the pricing function', pricing(call.model ?? '', usage, describe(call))),
  );
  return isPrice(usd) ? { usd, source: 'user' } : undefined;
}

const isPrice = (usd: unknown): usd is number => typeof usd === 'number' && Number.isFinite(usd) && usd >= 0;

function describe({ endpoint, method, facts, model, startedAt, endedAt }: Call): PricedCall {
  return {
    provider: endpoint.provider,
    operation: method.operation,
    responseModel: facts.responseModel ?? model ?? '',
    durationSeconds: secondsBetween(startedAt, endedAt),
  };
}
