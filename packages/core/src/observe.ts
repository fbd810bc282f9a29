import type { ObservedMethod } from './descriptor';
import { quietly, warnFault } from './guard';
import type { Watch } from './watch';

type Settle = (value: unknown) => unknown;

/** Results that may wait for the modules that read them, which take milliseconds; what is more is not read. */
const MOST = 1000;
let waiting = 0;

/**
 * Looks at what the caller awaits of a method that calls no model, and records nothing about the call itself. Only a
 * promise of an SDK has its own `then` called when it is awaited; and some, such as a page's, are a front for another.
 * Of a plain promise the caller gets one that is derived from it.
 */
export function observeResult(
  promise: unknown,
  method: ObservedMethod,
  args: readonly unknown[],
  watch: Watch,
): unknown {
  if (!(promise instanceof Promise)) return promise;
  const then = promise.then as (fulfilled: Settle, rejected: unknown) => unknown;
  const handOver = (whole: unknown): void => {
    if (waiting < MOST) show(whole, method, args, watch);
  };
  let seen = false;
  const look: Settle = (result) => {
    if (!seen) quietly('a result', () => (method.tap === undefined ? handOver(result) : method.tap(result, handOver)));
    seen = true;
    return result;
  };
  if (promise.then === Promise.prototype.then) return promise.then(look);
  const value = (fulfilled: unknown, rejected: unknown): unknown =>
    then.call(
      promise,
      (result) => (typeof fulfilled === 'function' ? fulfilled(look(result)) : look(result)),
      rejected,
    );
  return Object.defineProperty(promise, 'then', { value, writable: true, configurable: true });
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
