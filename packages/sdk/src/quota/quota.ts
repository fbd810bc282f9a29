import { type CallSummary, type SeenCall, subscribeCalls } from '@grump/llm-otel-core';
import { diag } from '@opentelemetry/api';
import { type Counter, Counters } from './counters';
import { QuotaExceededError } from './error';
import { guard } from './gate';
import { QuotaMeters } from './meters';
import { checkQuota, type QuotaOptions } from './options';
import { MemoryStore, type QuotaStore } from './store';
import { millisUntilBelow, type Use, usedAt, windowAt } from './window';

/** What {@link quota} has started. */
export interface Quota {
  /** Ends it: nothing is counted, watched or refused from here on. */
  shutdown(): void;
}

/** Counters that a warning was given of, until their window is over. */
const MOST_TOLD = 1000;

/**
 * Counts what the calls of all wrapped clients use, and says when a limit is exceeded: as gauges, to `onExceeded`, and, with
 * `refuse`, to the caller, by an error before anything is sent. What a call used is known when it is over.
 *
 * @throws TypeError for an option that cannot be meant
 */
export function quota(options: QuotaOptions): Quota {
  checkQuota(options);
  const watching = new Watching(options);
  const unsubscribe = subscribeCalls(watching);
  return {
    shutdown: () => {
      unsubscribe();
      watching.stop();
    },
  };
}

interface Begun {
  readonly counters: readonly Counter[];
}

class Watching {
  #options: QuotaOptions;
  #counters: Counters;
  #store: QuotaStore;
  #meters = new QuotaMeters();
  #begun = new WeakMap<SeenCall, Begun>();
  #guarded = new WeakMap<object, boolean>();
  /** The call that began in this turn, whose request comes next. */
  #current: Begun | undefined;
  #told = new Map<string, number>();
  #stopped = false;

  constructor(options: QuotaOptions) {
    this.#options = options;
    this.#counters = new Counters(options);
    this.#store = options.store ?? new MemoryStore();
  }

  stop(): void {
    this.#stopped = true;
  }

  readonly began = (call: SeenCall): void => {
    const begun = { counters: this.#counters.of(call) };
    this.#begun.set(call, begun);
    if (begun.counters.length === 0) return;
    if (this.#options.refuse !== true || !this.#guard(call.watch.client)) {
      this.#admit(begun);
      return;
    }
    this.#current = begun;
    queueMicrotask(() => {
      if (this.#current === begun) this.#current = undefined;
    });
  };

  readonly ended = ({ usage, cost }: CallSummary, call: SeenCall): void => {
    const { counters } = this.#begun.get(call) ?? { counters: this.#counters.of(call) };
    const amounts = { usd: cost?.usd ?? 0, tokens: (usage?.input ?? 0) + (usage?.output ?? 0), requests: 0 };
    const used = counters.filter(({ unit }) => amounts[unit] > 0);
    if (used.length > 0) this.#add(used, ({ unit }) => amounts[unit]);
  };

  #guard(client: object): boolean {
    const known = this.#guarded.get(client);
    if (known !== undefined) return known;
    const made = guard(client, () => {
      const begun = this.#current;
      this.#current = undefined;
      return begun === undefined || this.#stopped ? undefined : this.#admit(begun);
    });
    if (!made) diag.warn('quota() cannot refuse calls of a client that has no request(); they are watched.');
    this.#guarded.set(client, made);
    return made;
  }

  /** Counts a request, and gives what it is refused with. */
  #admit({ counters }: Begun): QuotaExceededError | undefined | Promise<QuotaExceededError | undefined> {
    const now = Date.now();
    const uses = this.#add(counters, ({ unit }) => Number(unit === 'requests'));
    const judge = (found: readonly Use[] | undefined) => this.#judge(counters, found, now);
    return uses instanceof Promise ? uses.then(judge) : judge(uses);
  }

  #judge(counters: readonly Counter[], uses: readonly Use[] | undefined, now: number): QuotaExceededError | undefined {
    const excesses = counters.flatMap((counter, index) => excessOf(counter, uses?.[index], now) ?? []);
    const [first] = excesses;
    if (first === undefined) return undefined;
    const refused = this.#options.refuse === true;
    for (const { counter, error } of excesses) this.#tell(counter, error, refused, now);
    // What is not sent takes nothing.
    if (refused)
      this.#add(
        counters.filter(({ unit }) => unit === 'requests'),
        () => -1,
      );
    return refused ? first.error : undefined;
  }

  #tell(counter: Counter, error: QuotaExceededError, refused: boolean, now: number): void {
    this.#meters.exceeded(counter, refused);
    const window = windowAt(now, counter.windowMillis);
    if (this.#told.get(counter.id) === window) return;
    this.#told.delete(counter.id);
    this.#told.set(counter.id, window);
    if (this.#told.size > MOST_TOLD) this.#told.delete(this.#told.keys().next().value!);
    const { onExceeded } = this.#options;
    try {
      if (onExceeded === undefined)
        diag.warn(`${refused ? 'Calls are refused' : 'A quota is exceeded'}: ${error.message}`);
      else onExceeded(error);
    } catch (fault) {
      diag.warn('onExceeded of quota() failed.', fault);
    }
  }

  /** A store that fails must not fail calls: then there is nothing to judge by. */
  #add(
    counters: readonly Counter[],
    amountOf: (counter: Counter) => number,
  ): readonly Use[] | undefined | Promise<readonly Use[] | undefined> {
    const now = Date.now();
    const entries = counters.map((counter) => ({
      id: counter.id,
      windowMillis: counter.windowMillis,
      amount: amountOf(counter),
    }));
    const know = (uses: readonly Use[]) => {
      for (const [index, counter] of counters.entries()) this.#meters.know(counter, uses[index]!, now);
      return uses;
    };
    const fail = (fault: unknown) => diag.warn('The store of quota() failed; calls go on uncounted.', fault);
    try {
      const uses = this.#store.add(entries, now);
      return uses instanceof Promise
        ? uses.then(know).catch((fault) => void fail(fault))
        : know(uses as readonly Use[]);
    } catch (fault) {
      fail(fault);
      return undefined;
    }
  }
}

/** Requests count as they are made, what else there is when it is over: there is room where less than all is used. */
function excessOf(
  counter: Counter,
  use: Use | undefined,
  now: number,
): { readonly counter: Counter; readonly error: QuotaExceededError } | undefined {
  if (use === undefined) return undefined;
  const { unit, windowMillis, allowed, limit, scope, subject } = counter;
  const used = usedAt(use, now, windowMillis);
  const isOver = unit === 'requests' ? used > allowed + 1e-9 : used >= allowed;
  if (!isOver) return undefined;
  const retryAfterSeconds = millisUntilBelow(use, allowed, now, windowMillis) / 1000;
  return { counter, error: new QuotaExceededError({ limit, scope, subject, used, allowed, retryAfterSeconds }) };
}
