import { type Context, createContextKey } from '@opentelemetry/api';

/** Set while a wrapped method runs, so that another layer of ours below it doesn't count the call again. */
export const IN_CALL: symbol = createContextKey('@grump/llm-otel in call');

/** A context with one value more than its parent. The API's own copies a map and makes three functions for each value. */
export class CallContext implements Context {
  // Private for those who serialise a context: it has nothing to show.
  readonly #parent: Context;
  readonly #key: symbol;
  readonly #value: unknown;

  constructor(parent: Context, key: symbol, value: unknown) {
    this.#parent = parent;
    this.#key = key;
    this.#value = value;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#parent.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new CallContext(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return new CallContext(this, key, undefined);
  }
}
