import type { Server } from 'node:http';
import { diag } from '@opentelemetry/api';
import { type NodeHandler, plainAnswer, writeAnswer } from './handlers';

export interface ListenOptions {
  /** Host or address to bind. Default `localhost`, which nothing outside this machine reaches. */
  readonly host?: string;
  /** Port; 0 takes a free one. Default 9464. */
  readonly port?: number;
  /** Path of the page. Default `/metrics`. */
  readonly path?: string;
  /** Further pages, by path. */
  readonly routes?: Readonly<Record<string, NodeHandler>>;
  /** Whether the server keeps the process alive. Default false. */
  readonly ref?: boolean;
}

/** A server that answers scrapes. */
export interface MetricsServer {
  /** Where the page is, for instance `http://localhost:9464/metrics`. */
  readonly url: string;
  /** The port that was bound. */
  readonly port: number;
  /** Stops listening. Scrapes that are under way have a second to end. */
  close(): Promise<void>;
}

const CLOSING_MILLIS = 1000;
/** A scrape's request is a few hundred bytes; a client that is slower than this has gone. */
const REQUEST_MILLIS = 10_000;

/** Starts a server that answers on one path. */
export async function startServer(handler: NodeHandler, options: ListenOptions = {}): Promise<MetricsServer> {
  const { host = 'localhost', port = 9464, path = '/metrics', ref = false } = options;
  const routes = new Map(Object.entries({ ...options.routes, [path]: handler }));
  // Not at the top: everything else in this package also runs where there is no node:http.
  const { createServer } = await import('node:http');
  const server = createServer(
    { requestTimeout: REQUEST_MILLIS, headersTimeout: REQUEST_MILLIS },
    (request, response) => {
      const route = routes.get(request.url?.split('?', 1)[0] ?? '');
      if (route !== undefined) void route(request, response);
      else writeAnswer(response, plainAnswer(404, `The metrics are at ${path}`));
    },
  );
  if (!ref) server.on('connection', (socket) => socket.unref());
  await bind(server, host, port);
  server.on('error', (fault) => diag.error('@grump/llm-otel-prometheus: the metrics server had a fault', fault));
  if (!ref) server.unref();
  const bound = boundPort(server) ?? port;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}${path}`;
  return { url, port: bound, close: () => close(server) };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error) => reject(new Error(bindingFault(cause, host, port), { cause })));
    server.listen(port, host, resolve);
  });
}

function bindingFault(cause: Error & { code?: string }, host: string, port: number): string {
  if (cause.code !== 'EADDRINUSE') return `cannot serve metrics on ${host}:${port}: ${cause.message}`;
  return `cannot serve metrics: port ${port} of ${host} is in use. Stop what listens there, or give another port (0 takes a free one)`;
}

function boundPort(server: Server): number | undefined {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : undefined;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSING_MILLIS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
