import type { QuotaExceededError } from './error';
import { isLimitName, LIMITS, type Limits, type NamedLimits } from './limits';
import type { QuotaStore } from './store';

/** What is known of a call when it begins. */
export interface QuotaCall {
  /** The requested model. */
  readonly model: string | undefined;
  readonly client: object;
  /** What `callContext` said. */
  readonly attributes: Readonly<Record<string, unknown>> | undefined;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
}

/** Limits of all calls together, of each model and of each key, and what happens at their end. */
export interface QuotaOptions extends Limits {
  /** Limits of each requested model. Default none. */
  readonly perModel?: NamedLimits | undefined;
  /** Limits of each key. Default none. */
  readonly perKey?: NamedLimits | undefined;
  /** Tells whose call it is, such as `({ userId }) => userId`; `undefined` counts for no key. Default: a hash of the client's API key. */
  readonly key?: ((call: QuotaCall) => string | undefined) | undefined;
  /** Whether calls over a limit are refused before they are sent, with a `QuotaExceededError`. Default `false`: they are watched. */
  readonly refuse?: boolean | undefined;
  /** Is told of a limit that is exceeded, once in its time, refused or not. Default: a warning through `diag`. */
  readonly onExceeded?: ((excess: QuotaExceededError) => void) | undefined;
  /** Where the counts are kept. Default: in memory, for this process alone. */
  readonly store?: QuotaStore | undefined;
}

const OTHERS = {
  perModel: 'limits, or limits by name',
  perKey: 'limits, or limits by name',
  key: 'a function',
  refuse: 'true or false',
  onExceeded: 'a function',
  store: 'a store, such as redisStore(client)',
} as const;

/** @throws TypeError with what is allowed */
export function checkQuota(options: QuotaOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (name === 'perModel' || name === 'perKey') checkNamed(name, value);
    else if (isLimitName(name)) checkLimit(name, value);
    else if (!Object.hasOwn(OTHERS, name))
      throw wrong(name, `${Object.keys(LIMITS).join(', ')}, ${Object.keys(OTHERS).join(', ')}`);
  }
  const { key, onExceeded, refuse, store } = options;
  if (key !== undefined && typeof key !== 'function') throw wrong('key', OTHERS.key);
  if (onExceeded !== undefined && typeof onExceeded !== 'function') throw wrong('onExceeded', OTHERS.onExceeded);
  if (refuse !== undefined && typeof refuse !== 'boolean') throw wrong('refuse', OTHERS.refuse);
  if (store !== undefined && typeof store?.add !== 'function') throw wrong('store', OTHERS.store);
}

function checkNamed(name: 'perModel' | 'perKey', limits: unknown): void {
  if (typeof limits !== 'object' || limits === null) throw wrong(name, OTHERS[name]);
  for (const [inner, value] of Object.entries(limits)) {
    if (value === undefined) continue;
    if (isLimitName(inner)) checkLimit(`${name}.${inner}`, value);
    else if (typeof value !== 'object' || value === null)
      throw wrong(`${name}.${inner}`, Object.keys(LIMITS).join(', '));
    else for (const [limit, most] of Object.entries(value)) checkNamedLimit(`${name}.${inner}.${limit}`, limit, most);
  }
}

function checkNamedLimit(path: string, limit: string, most: unknown): void {
  if (!isLimitName(limit)) throw wrong(path, Object.keys(LIMITS).join(', '));
  checkLimit(path, most);
}

function checkLimit(path: string, most: unknown): void {
  if (most !== undefined && !(typeof most === 'number' && most >= 0)) throw wrong(path, 'a number from 0');
}

const wrong = (path: string, allowed: string): TypeError => new TypeError(`quota got ${path}; allowed is ${allowed}.`);
