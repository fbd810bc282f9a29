import { AsyncStorage } from './runtime';

/** Node's `AsyncLocalStorage`, as far as it is used here. */
export interface ValueStorage {
  getStore(): unknown;
  run<Returned>(value: unknown, run: () => Returned): Returned;
}

/** A storage that follows asynchronous code where the runtime has one; else its values last until the first `await`. */
export function createStorage(): ValueStorage {
  return new (AsyncStorage ?? StackStorage)();
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
