import { quietly } from '@grump/llm-otel-core';

/** Tells, once, that results of a batch can't be looked at. */
export function tellBatchFault(fault: unknown): undefined {
  return quietly('the results of a batch', () => {
    throw fault;
  });
}
