import type { Figures } from './figures.ts';
import { formatCount, formatDollars, formatSeconds } from './format.ts';

/** A row of the table. */
export interface Row extends Figures {
  /** The highest reading of requests in flight. */
  readonly peakInFlight: number;
}

/** A column of figures: its heading in two lines, and what goes below. */
export interface Column {
  readonly head: readonly [string, string];
  readonly cell: (row: Row) => string;
  /** Whether the figure is bad news. */
  readonly isFault?: (row: Row) => boolean;
}

export const COLUMNS: readonly Column[] = [
  { head: ['', 'requests'], cell: ({ requests }) => formatCount(requests) },
  { head: ['in', 'flight'], cell: ({ inFlight, peakInFlight }) => `${inFlight}/${peakInFlight}` },
  { head: ['TTFT', 'p50'], cell: ({ timeToFirstToken: [p50] }) => formatSeconds(p50) },
  { head: ['TTFT', 'p95'], cell: ({ timeToFirstToken: [, p95] }) => formatSeconds(p95) },
  { head: ['TTFT', 'p99'], cell: ({ timeToFirstToken: [, , p99] }) => formatSeconds(p99) },
  { head: ['ITL', 'mean'], cell: ({ interTokenLatency }) => formatSeconds(interTokenLatency) },
  { head: ['tok/s', 'mean'], cell: ({ tokensPerSecond }) => formatCount(tokensPerSecond) },
  { head: ['tokens', 'in'], cell: ({ inputTokens }) => formatCount(inputTokens) },
  { head: ['tokens', 'out'], cell: ({ outputTokens }) => formatCount(outputTokens) },
  { head: ['', 'cost'], cell: ({ cost }) => formatDollars(cost) },
  { head: ['', 'errors'], cell: ({ errors }) => formatCount(errors), isFault: ({ errors }) => errors > 0 },
];

/** What the headings leave unsaid. */
export const LEGEND =
  'in flight: now/peak. TTFT: time to first token; quantiles are estimated from the buckets, as histogram_quantile does. ITL: inter-token latency.';
