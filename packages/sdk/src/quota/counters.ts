import { createHash } from 'node:crypto';
import { own, quietly, type SeenCall } from '@grump/llm-otel-core';
import type { QuotaScope } from './error';
import { LIMITS, type LimitKind, type LimitName, type Limits, limitsOf } from './limits';
import type { QuotaOptions } from './options';

/** One limit of one subject, and the id of what counts towards it. */
export interface Counter extends LimitKind {
  readonly id: string;
  readonly limit: LimitName;
  readonly scope: QuotaScope;
  readonly subject: string | undefined;
  readonly allowed: number;
}

/** Every counter that a call counts in. */
export function countersOf(call: SeenCall, options: QuotaOptions): Counter[] {
  const { perModel, perKey } = options;
  const counters = countersFor('all', undefined, options);
  const model = call.model ?? 'unknown';
  if (perModel !== undefined) counters.push(...countersFor('model', model, limitsOf(model, perModel)));
  const key = perKey && keyOf(call, options);
  if (perKey !== undefined && key !== undefined) counters.push(...countersFor('key', key, limitsOf(key, perKey)));
  return counters;
}

function countersFor(scope: QuotaScope, subject: string | undefined, limits: Limits = {}): Counter[] {
  const names = Object.keys(LIMITS) as LimitName[];
  return names.flatMap((limit) => {
    const allowed = limits[limit];
    if (allowed === undefined) return [];
    return [{ ...LIMITS[limit], id: `${scope}:${subject ?? ''}:${limit}`, limit, scope, subject, allowed }];
  });
}

function keyOf({ model, watch, values }: SeenCall, { key }: QuotaOptions): string | undefined {
  if (key === undefined) return fingerprintOf(watch.client);
  const { attributes, sessionId, userId } = values ?? {};
  const found: unknown = quietly('quota', () => key({ model, client: watch.client, attributes, sessionId, userId }));
  return typeof found === 'string' && found !== '' ? found.slice(0, 256) : undefined;
}

const fingerprints = new WeakMap<object, { readonly apiKey: unknown; readonly hash: string }>();

/** Keys are secrets: only a hash leaves the process. */
function fingerprintOf(client: object): string | undefined {
  const apiKey = own(client, 'apiKey');
  if (typeof apiKey !== 'string') return undefined;
  const known = fingerprints.get(client);
  if (known?.apiKey === apiKey) return known.hash;
  const hash = createHash('sha256').update(apiKey).digest('hex').slice(0, 16);
  fingerprints.set(client, { apiKey, hash });
  return hash;
}
