import { diag } from '@opentelemetry/api';
import { TEXT_CONTENT_TYPE } from './exposition';
import { ScrapeError } from './scrape-error';

/** As much of `node:http`'s request as is read. */
export interface NodeRequest {
  readonly method?: string | undefined;
}

/** As much of `node:http`'s response as is written. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/** Handles a scrape on a Node server. Never rejects. */
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => Promise<void>;

/** Handles a scrape where requests and responses are those of the Fetch standard. Never rejects. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** Gives the page. */
export type Scrape = () => Promise<string>;

/** Makes the handler for `node:http`, Express, Connect, and Fastify's or Koa's raw requests. */
export function createNodeHandler(scrape: Scrape): NodeHandler {
  return async ({ method }, response) => {
    try {
      writeAnswer(response, await answer(method, scrape));
    } catch (fault) {
      diag.error('@grump/llm-otel-prometheus: the answer to a scrape could not be sent', fault);
    }
  };
}

/** Makes the handler for Bun, Deno, workers, Hono and Next. */
export function createFetchHandler(scrape: Scrape): FetchHandler {
  return async (request) => {
    const { status, headers, body } = await answer(request.method, scrape);
    return new Response(body ?? null, { status, headers });
  };
}

/** What goes back for one request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** A short plain text. */
export function plainAnswer(status: number, text: string, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: `${text}\n` };
}

export function writeAnswer(response: NodeResponse, { status, headers, body }: Answer): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

async function answer(method: string | undefined, scrape: Scrape): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') {
    return plainAnswer(405, 'Metrics are read with GET', { allow: 'GET, HEAD' });
  }
  const full = await page(scrape);
  if (method === 'GET') return full;
  const length = new TextEncoder().encode(full.body).byteLength;
  return { ...full, headers: { ...full.headers, 'content-length': String(length) }, body: undefined };
}

async function page(scrape: Scrape): Promise<Answer> {
  try {
    return { status: 200, headers: { 'content-type': TEXT_CONTENT_TYPE }, body: await scrape() };
  } catch (fault) {
    diag.error('@grump/llm-otel-prometheus: a scrape failed', fault);
    // Anyone may read this page, and a foreign error may hold anything.
    const text = fault instanceof ScrapeError ? fault.message : "the reason is in OpenTelemetry's diagnostic log";
    return plainAnswer(500, `No metrics: ${text}`);
  }
}
