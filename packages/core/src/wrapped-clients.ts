import { shared } from './pipeline';

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

/** The clients that were wrapped in this process, whichever copy of the package did it. */
export function wrappedClients(): WrappedClient[] {
  return Array.from(shared().tallies.values(), ({ calls, kind, watch }) => {
    const endpoint = watch.deref()?.endpoint;
    return { kind, provider: endpoint?.provider, address: endpoint?.address, calls };
  });
}
