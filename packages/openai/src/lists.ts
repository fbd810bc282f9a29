import { own } from '@grump/llm-otel-core';

/** The entries of a page, or a result that is one itself. */
export function entriesOf(result: unknown): readonly unknown[] {
  const data = own(result, 'data');
  return Array.isArray(data) ? data : [result];
}

/** Keeps a map to its `most` youngest entries. */
export function keep<Value>(entries: Map<string, Value>, key: string, value: Value, most: number): void {
  entries.delete(key);
  entries.set(key, value);
  for (const [oldest] of entries) {
    if (entries.size <= most) break;
    entries.delete(oldest);
  }
}
