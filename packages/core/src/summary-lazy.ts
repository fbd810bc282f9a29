import type { Ended } from './ended';
import { warnFault } from './guard';
import type { WrapOptions } from './options';
import type { Cost } from './types';

let tell: typeof import('./summary').tellSummary | undefined;
let loading: Promise<unknown> | undefined;

/** Loads what makes summaries, if the user asked for them. */
export function loadSummaries({ onCall }: WrapOptions): void {
  if (onCall !== undefined) load();
}

function load(): Promise<unknown> {
  loading ??= import('./summary').then(
    (module) => {
      tell = module.tellSummary;
    },
    (fault) => warnFault('loading onCall', fault),
  );
  return loading;
}

/**
 * Keeps what the summary of a call needs; `undefined` where nobody wants one. What is returned takes the call's cost, once
 * that is known, and tells `onCall`.
 */
export function summaryOf(ended: Ended): ((cost: Cost | undefined) => void) | undefined {
  const { watch, stream, headers } = ended.call;
  if (watch.options.onCall === undefined) return undefined;
  return (cost) => {
    if (tell === undefined) load().then(() => tell?.(ended, stream, headers, cost));
    else tell(ended, stream, headers, cost);
  };
}
