import type { LimitName } from './limits';

const MARK = Symbol.for('@grump/llm-otel-sdk.QuotaExceededError');

/** Whose limit it is: of all calls, of a model or of a key. */
export type QuotaScope = 'all' | 'model' | 'key';

/** What is known of a limit that is exceeded. */
export interface Excess {
  readonly limit: LimitName;
  readonly scope: QuotaScope;
  /** The model or the key; `undefined` for all calls. */
  readonly subject: string | undefined;
  /** What was used in the time of the limit, up to now. */
  readonly used: number;
  /** What may be. */
  readonly allowed: number;
  /** Seconds until there is room again, if nothing more is used. */
  readonly retryAfterSeconds: number;
}

/** A call was refused before it was sent, since a limit of `quota()` is exceeded. */
export class QuotaExceededError extends Error implements Excess {
  override readonly name: string = 'QuotaExceededError';
  readonly limit: LimitName;
  readonly scope: QuotaScope;
  readonly subject: string | undefined;
  readonly used: number;
  readonly allowed: number;
  readonly retryAfterSeconds: number;

  constructor({ limit, scope, subject, used, allowed, retryAfterSeconds }: Excess) {
    const whose = scope === 'all' ? 'all calls' : scope === 'model' ? `model ${subject}` : 'this key';
    super(
      `${limit} of ${whose} is used up: ${show(used)} of ${show(allowed)}; room again in ${Math.ceil(retryAfterSeconds)} s`,
    );
    Object.defineProperty(this, MARK, { value: true });
    this.limit = limit;
    this.scope = scope;
    this.subject = subject;
    this.used = used;
    this.allowed = allowed;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Holds for an error of another copy of this package too. */
  static isInstance(error: unknown): error is QuotaExceededError {
    return typeof error === 'object' && error !== null && MARK in error;
  }
}

const show = (amount: number): string => String(Math.round(amount * 1e4) / 1e4);
