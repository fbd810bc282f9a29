import { diag } from '@opentelemetry/api';
import { challengeOf, createAuthorize, type ScrapeAuth } from './auth';
import { type Format, negotiate, negotiateEncoding } from './format';
import { canGzip } from './gzip';
import type { Page } from './page';
import { ScrapeError } from './scrape-error';

/** A request for the page. */
export interface Ask {
  readonly method: string | undefined;
  /** A header by its name in lower case. */
  header(name: string): string | undefined;
}

/** What goes back for one request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | AnswerBody | undefined;
}

/** Bytes as they come, or all of them where they are there already. */
export interface AnswerBody extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  readonly chunks: readonly Uint8Array<ArrayBuffer>[] | undefined;
}

/** Answers a request. Never rejects; the body may break off, if what it is made of fails half-way. */
export type Responder = (ask: Ask) => Promise<Answer>;

export interface ResponderOptions {
  /** Opens a page; {@link ScrapeError}s that it throws are told to whoever asked. */
  open(format: Format, encoding: 'gzip' | 'identity', timeoutMillis: number): Promise<Page>;
  readonly auth?: ScrapeAuth | undefined;
  /** How long a scrape may take. Default: what the scraper says, or 5000. */
  readonly timeoutMillis?: number | undefined;
}

/** Room for the answer to reach a scraper before it gives up. */
const TIMEOUT_SHARE = 0.9;
const DEFAULT_TIMEOUT_MILLIS = 5000;
const TIMEOUT_HEADER = 'x-prometheus-scrape-timeout-seconds';

/** Creates a {@link Responder}: method, credentials, format, page. */
export function createResponder({ open, auth, timeoutMillis }: ResponderOptions): Responder {
  const authorize = auth && createAuthorize(auth);
  return async (ask) => {
    if (ask.method !== 'GET' && ask.method !== 'HEAD') {
      return plainAnswer(405, 'Metrics are read with GET', { allow: 'GET, HEAD' });
    }
    try {
      if (auth !== undefined && !(await authorize?.(ask.header('authorization')))) {
        return plainAnswer(401, 'Metrics are read with credentials', { 'www-authenticate': challengeOf(auth) });
      }
      const format = negotiate(ask.header('accept'));
      const encoding = canGzip() ? negotiateEncoding(ask.header('accept-encoding')) : 'identity';
      const page = await open(format, encoding, timeoutOf(ask, timeoutMillis));
      return await pageAnswer(page, format, encoding, ask.method);
    } catch (fault) {
      return faultAnswer(fault);
    }
  };
}

/** A short plain text. */
export function plainAnswer(status: number, text: string, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: `${text}\n` };
}

/** How long this scrape may take, in milliseconds. */
function timeoutOf(ask: Ask, limit: number | undefined): number {
  const told = Number(ask.header(TIMEOUT_HEADER));
  if (!(told > 0)) return limit ?? DEFAULT_TIMEOUT_MILLIS;
  return Math.min(limit ?? Number.POSITIVE_INFINITY, told * 1000 * TIMEOUT_SHARE);
}

async function pageAnswer(
  page: Page,
  { contentType }: Format,
  encoding: 'gzip' | 'identity',
  method: 'GET' | 'HEAD',
): Promise<Answer> {
  const coding: Answer['headers'] = encoding === 'gzip' ? { 'content-encoding': 'gzip' } : {};
  const headers = { 'content-type': contentType, vary: 'accept, accept-encoding', ...coding };
  if (method === 'HEAD') await page.whole;
  if (page.chunks !== undefined) {
    const sized = { ...headers, 'content-length': String(page.size) };
    return { status: 200, headers: sized, body: method === 'HEAD' ? undefined : page };
  }
  // What fails before the first bytes are there still becomes an answer of its own.
  await page[Symbol.asyncIterator]().next();
  return { status: 200, headers, body: page };
}

function faultAnswer(fault: unknown): Answer {
  diag.error('@grump/llm-otel-prometheus: a scrape failed', fault);
  // Anyone may read this page, and a foreign error may hold anything.
  const told = fault instanceof ScrapeError ? fault : undefined;
  const text = told?.message ?? "the reason is in OpenTelemetry's diagnostic log";
  return plainAnswer(told?.status ?? 500, `No metrics: ${text}`);
}
