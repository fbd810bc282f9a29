import type { Ledger } from '@grump/llm-otel-core';
import type { LineFacts } from './batch-line';
import { readUsage } from './usage';

// Loaded when results of a batch are first asked for.

/** How many lines of a batch were counted; of more batches than so many the oldest is forgotten. */
const counted = new Map<string, number>();
const MOST = 1000;

/** Counts each line of a batch's results once, however often they are read: their order never changes. */
export function enterLines(lines: readonly LineFacts[], batch: string, ledger: Ledger): void {
  const before = counted.get(batch) ?? 0;
  const fresh = lines.filter(({ place }) => place >= before);
  counted.delete(batch);
  counted.set(batch, Math.max(before, ...fresh.map(({ place }) => place + 1)));
  for (const [oldest] of counted) if (counted.size > MOST) counted.delete(oldest);
  for (const line of fresh) enter(line, ledger);
}

/** One by one, since the price of some depends on how long they are. A request that failed names no model. */
function enter({ model, isDone, usage }: LineFacts, ledger: Ledger): void {
  ledger.add({
    operation: 'batch',
    model,
    usage: usage && readUsage(usage, true),
    completed: isDone ? 1 : 0,
    failed: isDone ? 0 : 1,
  });
}
