import { diag } from '@opentelemetry/api';
import { callWithTimeout, TimeoutError } from '@opentelemetry/core';

/** Milliseconds that `forceFlush()` and `shutdown()` take at most. */
export const DEADLINE_MILLIS = 5_000;

/** Waits for the work until the deadline; a failure or a missed deadline goes to `diag`, never to the caller, who is told whether it was over in time. */
export async function settleWithin(
  timeoutMillis: number,
  name: string,
  work: () => Promise<unknown> | undefined,
): Promise<boolean> {
  try {
    await callWithTimeout(Promise.resolve().then(work), timeoutMillis);
    return true;
  } catch (error) {
    const late = error instanceof TimeoutError;
    diag.warn(`${name} ${late ? `was given up after ${timeoutMillis} ms` : `failed: ${reason(error)}`}.`);
    return !late;
  }
}

/** What an error says, in one line; providers reject with arrays of errors as well. */
export function reason(error: unknown): string {
  if (Array.isArray(error)) return error.map(reason).join('; ');
  const { message, code } = Object(error) as { message?: unknown; code?: unknown };
  // A refused connection to a name with two addresses is an AggregateError with an empty message.
  return String(message || code || error);
}
