import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request that came in, and what it was answered. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly at: number;
}

type Reply = 'hang' | { readonly status: number; readonly headers?: Record<string, string>; readonly text?: string };

export interface Receiver {
  readonly url: string;
  readonly requests: readonly Received[];
}

/** A server that keeps what it receives, and answers as it is told, or as `target` does. */
export async function startRecorder(reply: (index: number) => Reply | undefined, target?: string): Promise<Receiver> {
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = Buffer.concat(await request.toArray());
    requests.push({ method, path: url, headers, body, at: performance.now() });
    const own = reply(requests.length - 1);
    if (own === 'hang') return;
    if (own !== undefined || target === undefined) {
      response.writeHead(own?.status ?? 204, own?.headers).end(own?.text);
      return;
    }
    const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...passed } = headers;
    const answer = await fetch(target + url, { method, headers: passed as Record<string, string>, body });
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
