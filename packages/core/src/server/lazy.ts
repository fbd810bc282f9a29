import type { Call } from '../call';
import type { Ended } from '../ended';
import { onDemand } from '../on-demand';

const record = onDemand('what the server told', () => import('./record').then(({ recordTold }) => recordTold));

/** Records what the server told of its own work, as soon as the code for it is there. Most servers tell nothing. */
export function recordServer(ended: Ended): void {
  const { call } = ended;
  if (!isTold(call)) return;
  const { headers, stream, facts } = call;
  // A call lets go of these when it has ended.
  record.run(ended, { server: facts.server, headers, firstToken: stream?.firstToken });
}

function isTold({ facts, watch }: Call): boolean {
  if (facts.server !== undefined || facts.usage?.cacheRead !== undefined) return true;
  return watch.options.contextWindow !== undefined || watch.sent.timed;
}
