/** A scrape failed for a reason that may be told to whoever asked. */
export class ScrapeError extends Error {
  override readonly name = 'ScrapeError';
  /** Status of the HTTP answer. */
  readonly status: number;

  constructor(message: string, status = 500) {
    super(message);
    this.status = status;
  }
}
