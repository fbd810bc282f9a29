import { createHash } from 'node:crypto';
import { own, quietly, type SeenCall } from '@grump/llm-otel-core';
import type { QuotaScope } from './error';
import { LIMITS, type LimitKind, type LimitName, type Limits, limitsOf, type NamedLimits } from './limits';
import type { QuotaOptions } from './options';

/** One limit of one subject, and the id of what counts towards it. */
export interface Counter extends LimitKind {
  readonly id: string;
  readonly limit: LimitName;
  readonly scope: QuotaScope;
  readonly subject: string | undefined;
  readonly allowed: number;
}

/** Models and keys whose counters are kept ready. */
const MOST = 1000;

/** The counters of every call, made once for each model and key. */
export class Counters {
  #options: QuotaOptions;
  #all: readonly Counter[];
  #models = new Map<string, readonly Counter[]>();
  #keys = new Map<string, readonly Counter[]>();

  constructor(options: QuotaOptions) {
    this.#options = options;
    this.#all = countersFor('all', undefined, options);
  }

  /** Every counter that a call counts in. */
  of(call: SeenCall): readonly Counter[] {
    const { perModel, perKey } = this.#options;
    const key = perKey && keyOf(call, this.#options);
    return [
      ...this.#all,
      ...(perModel === undefined ? [] : named(this.#models, 'model', call.model ?? 'unknown', perModel)),
      ...(perKey === undefined || key === undefined ? [] : named(this.#keys, 'key', key, perKey)),
    ];
  }
}

function named(
  kept: Map<string, readonly Counter[]>,
  scope: QuotaScope,
  subject: string,
  limits: NamedLimits,
): readonly Counter[] {
  const known = kept.get(subject);
  if (known !== undefined) return known;
  const made = countersFor(scope, subject, limitsOf(subject, limits));
  if (kept.size < MOST) kept.set(subject, made);
  return made;
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
