/** Node's `AsyncLocalStorage`, as far as it is used here. */
export interface ValueStorage {
  getStore(): unknown;
  run<Returned>(value: unknown, run: () => Returned): Returned;
}

interface Host {
  readonly process?: { getBuiltinModule?(name: string): { AsyncLocalStorage?: new () => ValueStorage } | undefined };
}

/** A storage that follows asynchronous code where the runtime has one; else its values last until the first `await`. */
export function createStorage(): ValueStorage {
  const { AsyncLocalStorage } = (globalThis as Host).process?.getBuiltinModule?.('async_hooks') ?? {};
  return AsyncLocalStorage === undefined ? new StackStorage() : new AsyncLocalStorage();
}

class StackStorage implements ValueStorage {
  #value: unknown;

  getStore(): unknown {
    return this.#value;
  }

  run<Returned>(value: unknown, run: () => Returned): Returned {
    const before = this.#value;
    this.#value = value;
    try {
      return run();
    } finally {
      this.#value = before;
    }
  }
}
