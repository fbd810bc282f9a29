import type { ObservedMethod } from './descriptor';
import { warnFault } from './guard';
import type { Watch } from './watch';

type Settle = (value: unknown) => unknown;

/** Results that may wait for the modules that read them, which take milliseconds; what is more is not read. */
const MOST = 1000;
let waiting = 0;

/**
 * Looks at what the caller awaits of a method that calls no model, and records nothing about the call itself. Only a
 * promise of an SDK has its own `then` called when it is awaited; and some, such as a page's, are a front for another.
 */
export function observeResult(promise: unknown, method: ObservedMethod, args: readonly unknown[], watch: Watch): void {
  if (!(promise instanceof Promise)) return;
  const then = promise.then as (fulfilled: Settle, rejected: unknown) => unknown;
  let seen = false;
  const look: Settle = (result) => {
    if (!seen && waiting < MOST) show(result, method, args, watch);
    seen = true;
    return result;
  };
  const value = (fulfilled: unknown, rejected: unknown): unknown =>
    then.call(
      promise,
      (result) => (typeof fulfilled === 'function' ? fulfilled(look(result)) : look(result)),
      rejected,
    );
  Object.defineProperty(promise, 'then', { value, writable: true, configurable: true });
}

function show(result: unknown, method: ObservedMethod, args: readonly unknown[], watch: Watch): void {
  waiting += 1;
  Promise.all([import('./ledger'), method.observe()])
    .then(([{ ledgerOf }, { observe }]) => observe(result, args, ledgerOf(watch)))
    .catch((fault) => warnFault('a result', fault))
    .then(() => {
      waiting -= 1;
    });
}
