import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';

interface Storage {
  getStore(): Context | undefined;
  run<Result>(store: Context, work: () => Result): Result;
}
type StorageClass = new () => Storage;

/** A global of Next's edge runtime, whose `process` throws when it is asked for more; elsewhere a module of Node's. */
function findStorage(): StorageClass | undefined {
  const { AsyncLocalStorage: shared, process } = globalThis as {
    AsyncLocalStorage?: StorageClass;
    process?: { getBuiltinModule?(name: string): { AsyncLocalStorage: StorageClass } | undefined };
  };
  return shared ?? process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage;
}

/** The context that follows asynchronous calls; `undefined` where the runtime has none, so that spans have no parents. */
export function createContextManager(): ContextManager | undefined {
  const Class = findStorage();
  if (Class === undefined) return undefined;
  const storage = new Class();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (context, work, self, ...parameters) => storage.run(context, () => work.apply(self, parameters)),
    bind: (context, target) =>
      typeof target === 'function'
        ? (((...parameters: unknown[]) => storage.run(context, () => target(...parameters))) as typeof target)
        : target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}
