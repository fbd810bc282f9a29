import type { CallListener, CallSource } from './call-source';
import { inform } from './inform';
import { shared } from './pipeline';
import { tell } from './summary-lazy';

/**
 * Listens to the calls of every wrapped client in the process, as `onCall` does to one client's. It loads what makes
 * summaries; a call costs more from then on, until the last listener has left.
 *
 * @returns ends it
 */
export function subscribeCalls(listener: CallListener): () => void {
  const world = shared();
  tell.load();
  const others = world.calls as Source | undefined;
  const mine = { listener };
  world.calls = new Source([...(others?.entries ?? []), mine]);
  return () => {
    const rest = (world.calls as Source | undefined)?.entries.filter((one) => one !== mine) ?? [];
    if (rest.length > 0) world.calls = new Source(rest);
    else delete world.calls;
  };
}

interface Entry {
  readonly listener: CallListener;
}

class Source implements CallSource {
  constructor(readonly entries: readonly Entry[]) {}

  began: CallSource['began'] = (call) => {
    for (const { listener } of this.entries) inform('a listener of calls', () => listener.began?.(call), undefined);
  };

  ended: CallSource['ended'] = (summary, call) => {
    for (const { listener } of this.entries)
      inform('a listener of calls', () => listener.ended?.(summary, call), undefined);
  };
}
