declare const performance: { now(): number };

/** Milliseconds of a monotonic clock. */
export const now = (): number => performance.now();
