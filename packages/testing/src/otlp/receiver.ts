import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Point {
  readonly asInt?: number;
  readonly asDouble?: number;
  readonly count?: number;
  readonly attributes: readonly Attribute[];
}

interface OtlpRequest {
  readonly resourceSpans?: { resource: Resource; scopeSpans: { scope: Scope; spans: OtlpSpan[] }[] }[];
  readonly resourceMetrics?: { resource: Resource; scopeMetrics: { scope: Scope; metrics: OtlpMetric[] }[] }[];
}

type Resource = { readonly attributes: readonly Attribute[] };
type Scope = { readonly name: string };

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
}

interface OtlpMetric {
  readonly name: string;
  readonly sum?: { readonly dataPoints: readonly Point[] };
  readonly histogram?: { readonly dataPoints: readonly Point[] };
}

/** A span, its attributes as plain values, and who sent it. */
export interface ReceivedSpan extends Omit<OtlpSpan, 'attributes'> {
  readonly service: unknown;
  readonly scope: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A metric as it was sent last, and who sent it. */
export interface ReceivedMetric {
  readonly service: unknown;
  readonly name: string;
  readonly points: readonly { readonly value: number; readonly attributes: Readonly<Record<string, unknown>> }[];
}

export interface OtlpReceiver {
  /** As `OTEL_EXPORTER_OTLP_ENDPOINT` takes it. */
  readonly url: string;
  /** The paths of all requests. */
  readonly paths: readonly string[];
  readonly spans: readonly ReceivedSpan[];
  /** Every metric of every request, in the order of arrival; a histogram's value is its count. */
  readonly metrics: readonly ReceivedMetric[];
  close(): Promise<void>;
}

/** An endpoint that takes OTLP as JSON over HTTP. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const paths: string[] = [];
  const spans: ReceivedSpan[] = [];
  const metrics: ReceivedMetric[] = [];
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as OtlpRequest;
    paths.push(request.url ?? '');
    spans.push(...readSpans(body));
    metrics.push(...readMetrics(body));
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    spans,
    metrics,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function readSpans({ resourceSpans = [] }: OtlpRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = plain(resource.attributes)['service.name'];
    return scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({ ...span, service, scope: scope.name, attributes: plain(span.attributes) })),
    );
  });
}

function readMetrics({ resourceMetrics = [] }: OtlpRequest): ReceivedMetric[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
    const service = plain(resource.attributes)['service.name'];
    return scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ name, sum, histogram }) => {
        const points = (sum ?? histogram)?.dataPoints ?? [];
        return { service, name, points: points.map(readPoint) };
      }),
    );
  });
}

const readPoint = ({ asInt, asDouble, count, attributes }: Point) => ({
  value: Number(asInt ?? asDouble ?? count),
  attributes: plain(attributes),
});

/** Attributes as an object; an array's or a map's value stays as OTLP has it. */
const plain = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
