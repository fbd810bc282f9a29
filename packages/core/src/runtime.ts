interface StorageClass {
  new (): { getStore(): unknown; run<Returned>(value: unknown, run: () => Returned): Returned };
  snapshot?(): (callback: () => void) => void;
}

interface Host {
  readonly AsyncLocalStorage?: StorageClass;
  readonly EdgeRuntime?: string;
  readonly process?: { getBuiltinModule?(name: string): { AsyncLocalStorage?: StorageClass } | undefined };
  readonly setImmediate?: (callback: () => void) => unknown;
}

// Vercel's edge runtime has members in the place of Node's that throw when they are used; AsyncLocalStorage is a global there.
const host = globalThis as Host;

/** Node's class where the runtime has it. */
export const AsyncStorage: StorageClass | undefined =
  host.AsyncLocalStorage ?? host.process?.getBuiltinModule?.('async_hooks')?.AsyncLocalStorage;

/** Node's `setImmediate()` where the runtime has it. Taken now: it must not be a fake one of a test's. */
export const atEndOfTurn: Host['setImmediate'] = host.EdgeRuntime ? undefined : host.setImmediate;
