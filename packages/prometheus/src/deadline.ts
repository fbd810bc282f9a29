import { ScrapeError } from './scrape-error';

/** What `work` gives, or a {@link ScrapeError} if that takes longer than `millis`. */
export async function within<Result>(millis: number, work: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ScrapeError(`collecting them took longer than ${millis} ms`, 503)), millis);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
