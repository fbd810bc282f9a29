import type { FamilySnapshot, FamilyType } from './family';

/** What the bridge knows of its own scrapes. */
export interface ScrapeStats {
  /** Pages made since the start; scrapes that shared one count once. */
  readonly pages: number;
  /** Pages that could not be made. */
  readonly failures: number;
  /** Time from the start of the last page to its last byte, in seconds. */
  readonly durationSeconds: number;
  /** Series of the last page; a histogram is one. */
  readonly series: number;
  /** Series that the last page lacks, since another has the same labels or the format knows no such value. */
  readonly droppedSeries: number;
  /** Size of the last page, in bytes, before compression. */
  readonly bytes: number;
  readonly lastError: { readonly message: string; readonly epochMillis: number } | undefined;
}

/** Before the first scrape. */
export const NO_SCRAPES: ScrapeStats = {
  pages: 0,
  failures: 0,
  durationSeconds: 0,
  series: 0,
  droppedSeries: 0,
  bytes: 0,
  lastError: undefined,
};

/** The stats as families of the next page. */
export function statsFamilies(stats: ScrapeStats): FamilySnapshot[] {
  const errorSeconds = (stats.lastError?.epochMillis ?? 0) / 1000;
  return [
    row('pages_total', 'counter', '', stats.pages, 'Pages made; scrapes that shared one count once'),
    row('page_failures_total', 'counter', '', stats.failures, 'Pages that could not be made'),
    row('page_duration_seconds', 'gauge', 'seconds', stats.durationSeconds, 'Time that the last page took'),
    row('page_series', 'gauge', '', stats.series, 'Series of the last page; a histogram is one'),
    row('page_dropped_series', 'gauge', '', stats.droppedSeries, 'Series that the last page lacks'),
    row('page_size_bytes', 'gauge', 'bytes', stats.bytes, 'Size of the last page before compression'),
    row('last_error_timestamp_seconds', 'gauge', 'seconds', errorSeconds, 'When a page could not be made; 0 for never'),
  ];
}

const row = (name: string, type: FamilyType, unit: string, value: number, help: string): FamilySnapshot => ({
  name: `prometheus_bridge_${name}`,
  type,
  help,
  unit,
  series: [{ labels: {}, value }],
});
