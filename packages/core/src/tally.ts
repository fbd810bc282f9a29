/** Clients that are told apart; what is wrapped after them is one more. */
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
  const known = tallies.get(watch.options) ?? (tallies.size > LIMIT ? [...tallies.values()].at(-1) : undefined);
  const tally = known ?? { calls: 0, kind: watch.descriptor.name, watch: new WeakRef(watch) };
  if (known === undefined) tallies.set(watch.options, tally);
  return tally;
}
