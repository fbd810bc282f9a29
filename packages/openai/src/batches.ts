import { type Ledger, type Observer, own, ownNumber, ownString } from '@grump/llm-otel-core';
import { entriesOf, keep } from './lists';
import { readParts } from './parts';

// Loaded when a method of `batches` is first called: this module is an `Observer`.

const FINISHED = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** Batches that were seen before they finished; of more than so many the oldest is given up, and not counted. */
const unfinished = new Map<string, true>();
const MOST = 1000;

/** Counts each batch once: when it is seen finished by a process that saw it before. */
export const observe: Observer['observe'] = (result, _, ledger) => {
  for (const batch of entriesOf(result)) see(batch, ledger);
};

function see(batch: unknown, ledger: Ledger): void {
  const id = ownString(batch, 'id');
  const status = ownString(batch, 'status');
  if (id === undefined || status === undefined) return;
  if (!FINISHED.has(status)) keep(unfinished, id, true, MOST);
  else if (unfinished.delete(id)) ledger.add({ operation: 'batch', ...workOf(batch) });
}

function workOf(batch: unknown) {
  const counts = own(batch, 'request_counts');
  return {
    model: ownString(batch, 'model'),
    usage: readParts(own(batch, 'usage')),
    completed: ownNumber(counts, 'completed') ?? 0,
    failed: ownNumber(counts, 'failed') ?? 0,
  };
}
