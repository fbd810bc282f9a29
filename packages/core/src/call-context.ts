import { type Context, createContextKey, type Span, trace } from '@opentelemetry/api';

/** Set while a wrapped method runs, so that another layer of ours below it doesn't count the call again. */
export const IN_CALL: symbol = createContextKey('@grump/llm-otel in call');

/** The key of a span, which the API keeps to itself: asked of a context that gives back the key it is to set. */
const SPAN = trace.setSpan({ setValue: (key: symbol) => key } as never, undefined as never) as unknown as symbol;

/** The context inside of a call: all that `parent` has, the call's link, and its span. */
export const contextInside = (parent: Context, link: unknown, span: Span | null): Context =>
  span === null ? new CallContext(parent, IN_CALL, link) : new CallContext(parent, IN_CALL, link, SPAN, span);

/** A context with one value or two more than its parent. The API's own copies a map and makes three functions for each value. */
export class CallContext implements Context {
  // Private for those who serialise a context: it has nothing to show.
  readonly #parent: Context;
  readonly #key: symbol;
  readonly #value: unknown;
  readonly #otherKey: symbol | undefined;
  readonly #otherValue: unknown;

  constructor(parent: Context, key: symbol, value: unknown, otherKey?: symbol, otherValue?: unknown) {
    this.#parent = parent;
    this.#key = key;
    this.#value = value;
    this.#otherKey = otherKey;
    this.#otherValue = otherValue;
  }

  getValue(key: symbol): unknown {
    if (key === this.#key) return this.#value;
    return key === this.#otherKey ? this.#otherValue : this.#parent.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new CallContext(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return new CallContext(this, key, undefined);
  }
}
