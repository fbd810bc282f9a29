import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Receiver {
  /** Base URL, as `OTEL_EXPORTER_OTLP_ENDPOINT` wants it. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** The requests to `/v1/traces` or `/v1/metrics`. */
  to(signal: 'traces' | 'metrics'): readonly ReceivedRequest[];
  close(): Promise<void>;
}

interface ReceiverOptions {
  /** Reads the request and never answers. */
  readonly hang?: boolean;
}

/** An OTLP/HTTP endpoint that keeps what it receives. */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    requests.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
    if (options.hang !== true) response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    to: (signal) => requests.filter(({ path }) => path === `/v1/${signal}`),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The top-level fields of a protobuf message; throws where the bytes are not one. */
export function readProtobuf(bytes: Uint8Array): { field: number; bytes: Uint8Array }[] {
  const fields: { field: number; bytes: Uint8Array }[] = [];
  let offset = 0;
  const varint = (): number => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[offset++];
      if (byte === undefined) throw new Error('the message ends within a number');
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (offset < bytes.length) {
    const tag = varint();
    if (tag % 8 !== 2) throw new Error(`field ${tag >> 3} is not length-delimited`);
    const end = varint() + offset;
    if (end > bytes.length) throw new Error('a field is longer than the message');
    fields.push({ field: tag >> 3, bytes: bytes.subarray(offset, end) });
    offset = end;
  }
  return fields;
}
