import { shared } from './pipeline';
import type { Watch } from './watch';

/** Clients that are told apart; what is wrapped after them is one more. */
const LIMIT = 100;

/** The calls of one client and its copies. */
export interface Tally {
  calls: number;
  readonly kind: string;
  readonly watch: WeakRef<Watch>;
}

/** One wrapped client and its copies. */
export interface WrappedClient {
  /** The kind of client, such as `openai`. */
  readonly kind: string;
  /** As the label: `nvidia-nim`. `undefined` once the client is gone. */
  readonly provider: string | undefined;
  /** The host that it calls. */
  readonly address: string | undefined;
  /** Calls that have begun since it was wrapped. */
  readonly calls: number;
}

/** The tally of a client. Copies of it have the same options, and share one. */
export function tallyOf(watch: Watch): Tally {
  const tallies = shared().tallies;
  const known = tallies.get(watch.options) ?? (tallies.size > LIMIT ? [...tallies.values()].at(-1) : undefined);
  const tally = known ?? { calls: 0, kind: watch.descriptor.name, watch: new WeakRef(watch) };
  if (known === undefined) tallies.set(watch.options, tally);
  return tally;
}

/** The clients that were wrapped in this process, whichever copy of the package did it. */
export function wrappedClients(): WrappedClient[] {
  return Array.from(shared().tallies.values(), ({ calls, kind, watch }) => {
    const endpoint = watch.deref()?.endpoint;
    return { kind, provider: endpoint?.provider, address: endpoint?.address, calls };
  });
}
