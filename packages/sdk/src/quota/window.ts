/** What was counted in the current window, which began at a multiple of its length, and in the one before. */
export interface Use {
  readonly current: number;
  readonly previous: number;
}

export const windowAt = (now: number, windowMillis: number): number => Math.floor(now / windowMillis);

/**
 * What was used in the time up to now: all of this window, and of the one before the share that still lies in it, as if it
 * had been used evenly (a sliding window counter).
 */
export function usedAt({ current, previous }: Use, now: number, windowMillis: number): number {
  return current + previous * (1 - passed(now, windowMillis));
}

/** Milliseconds until less than `most` is used, if nothing more is. */
export function millisUntilBelow({ current, previous }: Use, most: number, now: number, windowMillis: number): number {
  const share = passed(now, windowMillis);
  if (current < most) return Math.max(0, 1 - (most - current) / previous - share) * windowMillis;
  return (1 - share + (1 - Math.min(1, most / current))) * windowMillis;
}

/** A use that was read some time ago, as it is now. */
export function age(use: Use, readAt: number, now: number, windowMillis: number): Use {
  const windows = windowAt(now, windowMillis) - windowAt(readAt, windowMillis);
  if (windows <= 0) return use;
  return { current: 0, previous: windows === 1 ? use.current : 0 };
}

const passed = (now: number, windowMillis: number): number => (now % windowMillis) / windowMillis;
