import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';

/** What is left on the heap, in bytes, when all garbage is gone and what waited for that has run. */
export async function heldHeap(): Promise<number> {
  for (let pass = 0; pass < 4; pass++) {
    await globalThis.gc!({ type: 'major', execution: 'sync' });
    await setImmediate();
  }
  return getHeapStatistics().used_heap_size;
}
