import type { ClientWatch } from './client-watch';
import type { Ledger } from './descriptor';
import type { Watch } from './watch';

/** Where work that a service did without anybody waiting for it is entered for a client. */
export const openLedger = (watch: ClientWatch): Promise<Ledger> =>
  import('./ledger').then(({ ledgerOf }) => ledgerOf(watch as Watch));
