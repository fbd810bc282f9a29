import type { Ended } from './ended';
import { onDemand } from './on-demand';
import type { WrapOptions } from './options';
import { shared } from './pipeline';
import type { Cost } from './types';

/** Tells of a call that is over. */
export const tell = onDemand('onCall', () => import('./summary').then(({ tellSummary }) => tellSummary));

/** Loads what makes summaries, if the user asked for them. */
export function loadSummaries({ onCall }: WrapOptions): void {
  if (onCall !== undefined) tell.load();
}

/**
 * Keeps what the summary of a call needs; `undefined` where nobody wants one. What is returned takes the call's cost, once
 * that is known, and tells `onCall`.
 */
export function summaryOf(ended: Ended): ((cost: Cost | undefined) => void) | undefined {
  const { watch, stream, headers } = ended.call;
  if ((watch.options.onCall ?? shared().calls) === undefined) return undefined;
  return (cost) => tell.run(ended, stream, headers, cost);
}
