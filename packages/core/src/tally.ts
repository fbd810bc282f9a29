/** Clients that are told of. */
const LIMIT = 100;

/** A wrapped client, as far as it is told of. */
interface Named {
  readonly descriptor: { readonly name: string };
  readonly endpoint: { readonly provider: string; readonly address?: string | undefined };
  readonly options: { readonly yields?: boolean };
}

/** The calls of one client and its copies. */
export interface Tally {
  calls: number;
  readonly kind: string;
  readonly watch: WeakRef<Named>;
}

/** The tally of a client. Copies of it have the same options, and share one. */
export function tallyOf(tallies: Map<object, Tally>, watch: Named): Tally {
  const { options, descriptor } = watch;
  const tally = tallies.get(options) ?? { calls: 0, kind: descriptor.name, watch: new WeakRef(watch) };
  if (tallies.size < LIMIT) tallies.set(options, tally);
  return tally;
}
