import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { waitUntil } from './pace.ts';

/** One request as the server saw it. Times are `performance.now()` readings, undefined until they happen. */
export interface RequestLog {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The request's body, as text. */
  body: string;
  readonly receivedAt: number;
  headersSentAt: number | undefined;
  /** Each write of the body, a server-sent event or the whole of a JSON answer. */
  readonly chunks: { readonly at: number; readonly data: string }[];
  /** When the server had sent all it was going to, a reset included. */
  endedAt: number | undefined;
  closedByClientAt: number | undefined;
}

/** A request being answered: writes on schedule, and keeps the log. */
export class Exchange {
  readonly log: RequestLog;
  readonly #response: ServerResponse;
  readonly #closed = new AbortController();

  constructor(request: IncomingMessage, response: ServerResponse) {
    const { method = 'GET', url: path = '/', headers } = request;
    const receivedAt = performance.now();
    this.log = {
      ...{ method, path, headers, body: '', receivedAt, chunks: [] },
      ...{ headersSentAt: undefined, endedAt: undefined, closedByClientAt: undefined },
    };
    this.#response = response;
    response.sendDate = false;
    response.on('close', () => this.#close());
  }

  /** Waits until `millis` after the arrival of the request. */
  async at(millis: number): Promise<void> {
    await waitUntil(this.log.receivedAt + millis, this.#closed.signal);
  }

  sendHeaders(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#closed.signal.aborted) return;
    this.log.headersSentAt = performance.now();
    this.#response.writeHead(status, headers).flushHeaders();
  }

  write(data: string): void {
    if (this.#closed.signal.aborted) return;
    this.log.chunks.push({ at: performance.now(), data });
    this.#response.write(data);
  }

  end(): void {
    this.#finish();
    this.#response.end();
  }

  /** Cuts the connection without its proper end. */
  reset(): void {
    this.#finish();
    this.#response.socket?.resetAndDestroy();
  }

  /** Sends nothing more, until the client goes away. */
  async hang(): Promise<void> {
    const { signal } = this.#closed;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }

  #finish(): void {
    if (!this.#closed.signal.aborted) this.log.endedAt = performance.now();
  }

  #close(): void {
    if (this.log.endedAt === undefined) this.log.closedByClientAt = performance.now();
    this.#closed.abort();
  }
}
