/** A scrape failed for a reason that may be told to whoever asked. */
export class ScrapeError extends Error {
  override readonly name = 'ScrapeError';
}
