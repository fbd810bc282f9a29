import { once } from 'node:events';
import { createServer as createPlain } from 'node:http';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** An OTLP endpoint that keeps which requests came, and from whom. */
export interface Endpoint {
  readonly port: number;
  /** The path, and the common name of the client's certificate. */
  readonly requests: readonly { readonly path: string; readonly client: string | undefined }[];
  close(): void;
}

interface Trust {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Who signs the certificates that clients must have; without it they need none. */
  readonly ca?: Buffer;
}

const nameOf = (socket: TLSSocket): string | undefined => {
  const name = socket.getPeerCertificate()?.subject?.CN;
  return Array.isArray(name) ? name[0] : name;
};

const options = (trust: Trust) => ({ ...trust, requestCert: trust.ca !== undefined });

async function listen(server: Server, requests: Endpoint['requests'], cut: () => void): Promise<Endpoint> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: () => {
      cut();
      server.close();
    },
  };
}

/** OTLP over HTTPS. */
export async function startHttps(trust: Trust): Promise<Endpoint> {
  const requests: Endpoint['requests'][number][] = [];
  const server = createServer(options(trust), (request, response) => {
    requests.push({ path: request.url ?? '', client: nameOf(request.socket as TLSSocket) });
    request.resume().on('end', () => response.end());
  });
  return listen(server, requests, () => server.closeAllConnections());
}

/** OTLP over gRPC and TLS: each call is answered with an empty message and status 0. */
export async function startGrpc(trust: Trust): Promise<Endpoint> {
  const requests: Endpoint['requests'][number][] = [];
  const server = createSecureServer(options(trust));
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    requests.push({ path: String(headers[':path']), client: nameOf(stream.session?.socket as TLSSocket) });
    stream.resume().on('end', () => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
    });
  });
  return listen(server, requests, () => {
    for (const session of sessions) session.destroy();
  });
}

/** OTLP over HTTP, without TLS. */
export async function startPlain(): Promise<Endpoint> {
  const requests: Endpoint['requests'][number][] = [];
  const server = createPlain((request, response) => {
    requests.push({ path: request.url ?? '', client: undefined });
    request.resume().on('end', () => response.end());
  });
  return listen(server, requests, () => server.closeAllConnections());
}
