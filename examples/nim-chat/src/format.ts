const MISSING = '-';

/** `4.2ms`, `212ms`, `1.25s`. */
export function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined) return MISSING;
  if (seconds >= 0.9995) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)}s`;
  return `${(seconds * 1000).toFixed(seconds < 0.00995 ? 1 : 0)}ms`;
}

/** `812`, `99999`, `1.2M`. */
export function formatCount(count: number | undefined): string {
  if (count === undefined) return MISSING;
  if (count < 99_999.5) return count.toFixed(0);
  return count < 999_500 ? `${(count / 1e3).toFixed(0)}k` : `${(count / 1e6).toFixed(1)}M`;
}

/** `$0.00123`, `$12.34`. */
export function formatDollars(dollars: number | undefined): string {
  return dollars === undefined ? MISSING : `$${dollars.toFixed(dollars < 1 ? 5 : 2)}`;
}
