/** A number that must not be exceeded. */
export interface Limit {
  readonly suite: string;
  readonly metric: string;
  /** As tables call it; short. */
  readonly label: string;
  readonly unit: string;
  readonly limit: number;
}

/** What this project promises to cost at most, above bare `openai`. */
export const LIMITS: readonly Limit[] = [
  { suite: 'chunk', metric: 'burst ns/chunk', label: 'chunk, CPU (burst)', unit: 'ns', limit: 100 },
  { suite: 'chunk', metric: 'split ns/chunk', label: 'chunk, CPU (split)', unit: 'ns', limit: 100 },
  { suite: 'chunk', metric: 'burst B/chunk', label: 'chunk, bytes (burst)', unit: 'B', limit: 128 },
  { suite: 'chunk', metric: 'split B/chunk', label: 'chunk, bytes (split)', unit: 'B', limit: 128 },
  { suite: 'chunk', metric: 'burst end µs', label: 'end of a stream (burst)', unit: 'µs', limit: 20 },
  { suite: 'chunk', metric: 'split end µs', label: 'end of a stream (split)', unit: 'µs', limit: 20 },
  { suite: 'call', metric: 'plain µs', label: 'plain call', unit: 'µs', limit: 15 },
  { suite: 'call', metric: 'one-chunk stream µs', label: 'one-chunk stream', unit: 'µs', limit: 15 },
  { suite: 'held', metric: 'held B', label: 'held per open stream', unit: 'B', limit: 2000 },
  { suite: 'growth', metric: 'growth, second half, B/call', label: 'growth per call', unit: 'B', limit: 5 },
  { suite: 'size', metric: 'gzip kB', label: 'bundle', unit: 'kB', limit: 12 },
  { suite: 'cold-start', metric: 'import ms', label: 'import', unit: 'ms', limit: 10 },
];

/** What an accuracy must keep within, in milliseconds. */
export const ACCURACY_LIMIT_MILLIS = 2;
