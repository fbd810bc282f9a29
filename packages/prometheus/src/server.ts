import type { Server } from 'node:http';
import type { ServerOptions } from 'node:https';
import { diag } from '@opentelemetry/api';
import type { NodeHandler, NodeRequest } from './handlers';
import { plainAnswer } from './responder';
import { type NodeResponse, writeAnswer } from './write-answer';

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
  /** `key`, `cert` and whatever else `node:https` takes: with them it speaks HTTPS alone. Default none. */
  readonly tls?: ServerOptions | undefined;
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
const LIMITS = { requestTimeout: 10_000, headersTimeout: 10_000, connectionsCheckingInterval: 5_000 } as const;

/** Starts a server that answers on one path, on `/-/healthy` and on `/-/ready`. */
export async function startServer(
  handler: NodeHandler,
  isReady: () => boolean,
  options: ListenOptions = {},
): Promise<MetricsServer> {
  const { host = 'localhost', port = 9464, path = '/metrics', ref = false, tls } = options;
  const routes = new Map(Object.entries({ ...options.routes, [path]: handler }));
  const server = await createServer(tls, createRouter(routes, isReady, path));
  if (!ref) server.on('connection', (socket) => socket.unref());
  await bind(server, host, port);
  server.on('error', (fault) => diag.error('@grump/llm-otel-prometheus: the metrics server had a fault', fault));
  if (!ref) server.unref();
  const bound = boundPort(server) ?? port;
  const url = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}${path}`;
  return { url, port: bound, close: () => close(server) };
}

type Listener = (request: NodeRequest & { readonly url?: string | undefined }, response: NodeResponse) => void;

/** Not at the top: everything else in this package also runs where there is no node:http. */
async function createServer(tls: ServerOptions | undefined, listener: Listener): Promise<Server> {
  // `import()` of `node:http` reads all of its members, one of which loads the whole of `fetch`: some twenty milliseconds.
  const builtIn = globalThis.process?.getBuiltinModule;
  if (tls === undefined) return (builtIn?.('node:http') ?? (await import('node:http'))).createServer(LIMITS, listener);
  return (builtIn?.('node:https') ?? (await import('node:https'))).createServer({ ...LIMITS, ...tls }, listener);
}

function createRouter(routes: ReadonlyMap<string, NodeHandler>, isReady: () => boolean, path: string): Listener {
  return (request, response) => {
    const asked = request.url?.split('?', 1)[0] ?? '';
    const route = routes.get(asked);
    if (route !== undefined) return void route(request, response);
    if (asked === '/-/healthy') return void writeAnswer(response, plainAnswer(200, 'Healthy'));
    if (asked !== '/-/ready') return void writeAnswer(response, plainAnswer(404, `The metrics are at ${path}`));
    const answer = isReady() ? plainAnswer(200, 'Ready') : plainAnswer(503, 'There are no metrics yet, or no more');
    return void writeAnswer(response, answer);
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error) => reject(new Error(bindingFault(cause, host, port), { cause })));
    // Workers of a cluster would share the port, and each scrape would find another of them.
    server.listen({ port, host, exclusive: true }, resolve);
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
