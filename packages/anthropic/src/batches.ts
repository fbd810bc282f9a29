import { type ClientWatch, quietly, replaceMethod } from '@grump/llm-otel-core';
import { tellBatchFault } from './batch-fault';

type Resource = Record<string, unknown>;

/** Looks on while the results of batches are read, whose lines tell what a batch took. */
export function watchBatches(messages: unknown, watch: ClientWatch): void {
  const batches = (messages as { batches?: Resource } | undefined)?.batches;
  if (typeof batches?.results !== 'function') return;
  replaceMethod(batches, 'results', (original, self, args) => {
    const returned = Reflect.apply(original, self, args);
    if (!(returned instanceof Promise)) return returned;
    const loading = import('./batch-tap').catch(tellBatchFault);
    return returned.then(async (results) => {
      const loaded = await loading;
      quietly('the results of a batch', () => loaded?.tapResults(results, String(args[0]), watch));
      return results;
    });
  });
}
