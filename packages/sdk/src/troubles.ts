import type { WrappedClient } from '@grump/llm-otel-core';
import type { Delivery } from './deliveries';

/** What a failure's text tells of its likely cause. */
const CAUSES: readonly (readonly [pattern: RegExp, cause: string])[] = [
  [
    /ECONNREFUSED/,
    'nothing listens there: is the Collector running, and is the port right (4318 for HTTP, 4317 for gRPC)?',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'the host name is not known here: check the endpoint, and the DNS of this network'],
  [
    /alert (certificate required|handshake failure)/i,
    'the endpoint wants to see a certificate of ours: OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY',
  ],
  [/wrong version number|packet length too long/i, 'the endpoint speaks no TLS: use http://'],
  [/altnames/i, 'the certificate is for another name than the one in the endpoint'],
  [
    /certificate has expired|not yet valid/i,
    'the time of the certificate is over, or the clock of this machine is wrong',
  ],
  [
    /Parse Error|socket hang up|ECONNRESET|HPE_|frame|RST_STREAM/i,
    'the other side speaks another protocol: HTTP goes to port 4318, gRPC to 4317, and TLS needs https://',
  ],
  [
    /certificate|self.signed|SSL|TLS|CERT_/i,
    'the certificate is not trusted: name its authority in OTEL_EXPORTER_OTLP_CERTIFICATE, or use http:// for a Collector without TLS',
  ],
  [
    /Unauthorized|Forbidden|\b40[13]\b|UNAUTHENTICATED|PERMISSION_DENIED/i,
    'the key is missing or wrong: check OTEL_EXPORTER_OTLP_HEADERS',
  ],
  [
    /Not Found|\b404\b|UNIMPLEMENTED|Method Not Allowed/i,
    'the path is wrong: the base endpoint takes no /v1/traces, the endpoint of one signal is used as it is',
  ],
  [
    /Unsupported Media Type|\b415\b/i,
    'the endpoint does not take this encoding: try OTEL_EXPORTER_OTLP_PROTOCOL=http/json or http/protobuf',
  ],
  [
    /Request Entity Too Large|Payload Too Large|\b413\b/i,
    'the batches are too large: lower OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
  ],
  [
    /timed? ?out|ETIMEDOUT|DEADLINE_EXCEEDED|EHOSTUNREACH|ENETUNREACH/i,
    'nobody answers: is a firewall or a proxy in between?',
  ],
  [
    /retryable|\b(429|50[234])\b/i,
    'the endpoint refuses for now (429 or 503): it is overloaded, or a limit of its plan is reached',
  ],
];

/** One sentence for each exporter that has never delivered, and for each client that was never called. */
export function problemsOf(
  exporters: readonly Delivery[],
  clients: readonly WrappedClient[],
  minutes: number,
): string[] {
  return [...exporters.flatMap((exporter) => exporterProblem(exporter)), ...clients.flatMap(clientProblem(minutes))];
}

function exporterProblem({ signal, exporter, endpoint, lastSuccessAt, lastFailure }: Delivery): string[] {
  if (lastSuccessAt !== undefined || lastFailure === undefined) return [];
  const place = endpoint === undefined ? `the ${exporter}` : endpoint;
  const cause = CAUSES.find(([pattern]) => pattern.test(lastFailure))?.[1];
  const said = lastFailure.replace(/\s+/g, ' ').slice(0, 200);
  return [
    `No ${signal} have ever reached ${place} (${said})${cause === undefined ? '.' : `: ${cause}.`.replace('?.', '?')}`,
  ];
}

const clientProblem =
  (minutes: number) =>
  ({ kind, provider, address, calls }: WrappedClient): string[] => {
    // Without a provider the client is gone, and with it the question.
    if (minutes === 0 || calls > 0 || provider === undefined) return [];
    const time = `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
    const which = address === undefined ? kind : `${kind} for ${address}`;
    return [
      `A wrapped client (${which}) has seen no call in ${time}: does the application call this very object, or another one that was not wrapped?`,
    ];
  };
