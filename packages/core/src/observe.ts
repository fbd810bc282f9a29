import { Call } from './call';
import type { CallRecorder } from './call-hooks';
import type { MethodDescriptor, ObservedMethod } from './descriptor';
import { GapPoint } from './gaps';
import { warnFault } from './guard';
import type { Watch } from './watch';

/** Results that may wait for the modules that read them, which take milliseconds; what is more is not read. */
const MOST = 1000;
let waiting = 0;

const NOBODY: CallRecorder<Call> = { ended() {}, responded() {}, gaps: () => new GapPoint() };

/** Looks at the result of a method that calls no model, and records nothing about the call itself. */
export class Glance extends Call {
  #method: ObservedMethod;
  #args: readonly unknown[];

  constructor(watch: Watch, method: ObservedMethod, args: readonly unknown[]) {
    super(watch, watch.endpoint, method as unknown as MethodDescriptor, undefined, NOBODY);
    this.#method = method;
    this.#args = args;
  }

  override resolved(result: unknown): void {
    this.end('ok');
    if (waiting >= MOST) return;
    waiting += 1;
    Promise.all([import('./ledger'), this.#method.observe()])
      .then(([{ ledgerOf }, observer]) => observer.observe(result, this.#args, ledgerOf(this.watch)))
      .catch((fault) => warnFault('observing a result', fault))
      .finally(() => {
        waiting -= 1;
      });
  }
}
