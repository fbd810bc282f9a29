import { begin } from './begin';
import type { Call } from './call';
import { checkOptions } from './check-options';
import { loadContent } from './content/lazy';
import type { MethodDescriptor, ProviderDescriptor } from './descriptor';
import { warnFault } from './guard';
import type { WrapOptions } from './options';
import type { CallFacts } from './types';
import { Watch } from './watch';

/** A call whose answer comes by events. Whoever began it tells what happens, and ends it once. */
export interface ObservedCall {
  readonly facts: CallFacts;
  readonly ended: boolean;
  arrived(event: unknown): void;
  /** The last event was there. */
  exhausted(): void;
  /** The caller left. */
  closed(): void;
  failed(error: unknown): void;
}

/** Begins a call with this request; `undefined` where it would be counted twice, or can't be. */
export type Observe = (method: MethodDescriptor, request: unknown) => ObservedCall | undefined;

/**
 * For what is neither a promise nor a stream of an SDK: measures the calls that are reported to it. `client` tells where
 * they go.
 *
 * @throws TypeError for an option that cannot be meant
 */
export function createObserver(client: object, descriptor: ProviderDescriptor, options: WrapOptions = {}): Observe {
  checkOptions(options);
  const watch = new Watch(client, descriptor, options);
  loadContent(watch);
  return (method, request) => {
    const call = begin(method, watch, [request]);
    return call && observed(call);
  };
}

function observed(call: Call): ObservedCall {
  call.streams(undefined);
  return {
    facts: call.facts,
    get ended() {
      return call.ended;
    },
    arrived(event) {
      try {
        if (!call.ended) call.arrived(event);
      } catch (fault) {
        warnFault('an event', fault);
      }
    },
    exhausted: () => call.exhausted(),
    closed: () => call.closed(),
    failed: (error) => call.failed(error),
  };
}
