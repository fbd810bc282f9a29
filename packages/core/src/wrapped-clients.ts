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

/** The clients that were wrapped in this process, the first hundred, whichever copy of the package did it. */
export function wrappedClients(): WrappedClient[] {
  const known = Array.from(shared().tallies.values(), ({ calls, kind, watch }) => ({
    calls,
    kind,
    watch: watch.deref(),
  }));
  // A wrap that has given way to another of the same client hears of no calls.
  const isIdle = ({ calls, watch }: (typeof known)[number]) => calls === 0 && watch?.options.yields === true;
  const kinds = new Set(known.filter((one) => !isIdle(one)).map(({ kind }) => kind));
  const own = known.filter((one) => !isIdle(one) || !kinds.has(one.kind));
  return own.map(({ calls, kind, watch }) => {
    const endpoint = watch?.endpoint;
    return { kind, provider: endpoint?.provider, address: endpoint?.address, calls };
  });
}
