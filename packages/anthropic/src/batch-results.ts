import type { Ledger, Observer, Usage } from '@grump/llm-otel-core';
import type { LineFacts } from './batch-line';
import { readUsage } from './usage';

// Loaded when `batches.results` is first called: this module is an `Observer`.

/** How many lines of a batch were counted; of more batches than so many the oldest is forgotten. */
const counted = new Map<string, number>();
const MOST = 1000;

/** Counts each line of a batch's results once, however often they are read: their order never changes. */
export const observe: Observer['observe'] = (lines, [id], ledger) => {
  const batch = String(id);
  const before = counted.get(batch) ?? 0;
  const fresh = (lines as LineFacts[]).filter(({ place }) => place >= before);
  counted.delete(batch);
  counted.set(batch, Math.max(before, ...fresh.map(({ place }) => place + 1)));
  for (const [oldest] of counted) if (counted.size > MOST) counted.delete(oldest);
  const models = new Set(fresh.map(({ model }) => model));
  for (const model of models) {
    enter(
      model,
      fresh.filter((line) => line.model === model),
      ledger,
    );
  }
};

/** Requests that failed name no model. */
function enter(model: string | undefined, lines: readonly LineFacts[], ledger: Ledger): void {
  const done = lines.filter(({ isDone }) => isDone);
  const usages = done.map(({ usage }) => usage && readUsage(usage, true)).filter((usage) => usage !== undefined);
  const work = { operation: 'batch', model, completed: done.length, failed: lines.length - done.length };
  ledger.add({ ...work, usage: usages.length > 0 ? usages.reduce(plus) : undefined });
}

const PARTS = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h', 'reasoning'] as const;

function plus(left: Usage, right: Usage): Usage {
  const sum: Usage = {};
  for (const part of PARTS) {
    if (left[part] !== undefined || right[part] !== undefined) sum[part] = (left[part] ?? 0) + (right[part] ?? 0);
  }
  const tools: Record<string, number> = { ...left.serverTools };
  for (const [tool, calls] of Object.entries(right.serverTools ?? {})) tools[tool] = (tools[tool] ?? 0) + calls;
  return { ...sum, serverTools: tools };
}
