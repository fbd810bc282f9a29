import type { Call } from '../call';
import { quietly, warnFault } from '../guard';
import { LABELS } from './labels';
import type { PriceTable } from './table';

/** Calls that wait for the table at a time; what is more goes on without it. */
const MOST = 1000;
const PART = 'the price table';

/** `null` where there is none. */
let table: PriceTable | null | undefined;
let loading: Promise<unknown> | undefined;
let waiting = 0;

/** Whether the table may have prices of the call's provider. */
export const isListed = ({ endpoint }: Call): boolean => LABELS.includes(endpoint.provider);

/**
 * Hands `take` the table's price of a call, in US dollars: at once where that is known, else in the order of the calls
 * when the table has been loaded. The first call loads it.
 */
export function withTablePrice(call: Call, take: (usd: number | undefined) => void): void {
  const price = () => take(quietly(PART, () => table?.price(call)));
  if (table !== undefined || waiting >= MOST) {
    price();
  } else {
    waiting += 1;
    loading ??= load();
    loading.then(() => quietly(PART, price));
  }
}

/** Whether the requested model is in the table, as far as that has been loaded. */
export const isInTable = (call: Call): boolean => quietly(PART, () => table?.has(call)) === true;

function load(): Promise<unknown> {
  const loaded = import('./table').then(({ loadTable }) => loadTable()).catch((fault) => warnFault(PART, fault));
  // Those that wait come right after this, so that no call overtakes them.
  loaded.then((found) => {
    table = found ?? null;
  });
  return loaded;
}
