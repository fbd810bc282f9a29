import { AsyncStorage } from '@grump/llm-otel-core';
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';

/** The context that follows asynchronous calls; `undefined` where the runtime has none, so that spans have no parents. */
export function createContextManager(): ContextManager | undefined {
  if (AsyncStorage === undefined) return undefined;
  const storage = new AsyncStorage();
  const manager: ContextManager = {
    active: () => (storage.getStore() as Context | undefined) ?? ROOT_CONTEXT,
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
