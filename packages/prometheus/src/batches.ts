/** Points that a writer prints before it looks at the clock. */
export const BATCH = 64;

/** Cuts a list into batches. */
export function* batches<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length <= BATCH) yield items;
  else for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH);
}
