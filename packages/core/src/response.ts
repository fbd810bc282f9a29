import type { Call } from './call';
import type { Quirks } from './descriptor';
import { entry } from './entry';
import { quietly } from './guard';
import * as semconv from './semconv';
import type { Outcome, ResponseHeaders } from './types';

interface Sink {
  setAttribute(key: string, value: number | string[]): unknown;
}

/** Headers with the server's own times: any server's, and TGI's. */
export const TIMES: readonly string[] = ['server-timing', 'x-queue-time'];

/** OpenAI's headers of what is left of the rate limits: requests, tokens. */
export const LIMITS: NonNullable<Quirks['limits']> = ['x-ratelimit-remaining-requests', 'x-ratelimit-remaining-tokens'];

/** Response headers of interest. They go on the span, each a list of one, as the HTTP conventions have them. */
const HEADERS = [
  'x-request-id',
  'retry-after',
  ...TIMES,
  'openai-processing-ms',
  'nvcf-reqid',
  'x-generation-id',
  ...['requests', 'tokens'].flatMap((kind) =>
    ['limit', 'remaining', 'reset'].map((part) => `x-ratelimit-${part}-${kind}`),
  ),
];

/** Headers as the SDKs hand them on: since openai 5 the response's own, before that an object. */
export function headersOf(raw: object): ResponseHeaders {
  if (typeof (raw as ResponseHeaders).get === 'function') return raw as ResponseHeaders;
  return { get: (name) => (raw as Readonly<Record<string, string>>)[name] ?? null };
}

/** A call that failed has the headers of its error. Says whether it has. */
export function adoptHeaders(call: Call, error: unknown): boolean {
  const { headers } = Object(error) as { headers?: unknown };
  if (call.headers !== undefined || Object(headers) !== headers) return false;
  call.headers = headersOf(headers as object);
  call.watch.sent.lookAgain();
  return true;
}

const wanted = new Map<unknown, readonly string[]>();

/** All headers of interest that a server with these quirks may send. */
export const wantedHeaders = ({ limits = LIMITS, headers = [] }: Quirks = {}): readonly string[] =>
  entry(wanted, limits, () => [...new Set([...HEADERS, ...limits, ...headers])]);

/** What is known of a response beside its usage. */
export function addResponse(sink: Sink, { facts, headers, watch, endpoint }: Call, outcome: Outcome): void {
  if (facts.toolCalls !== undefined) sink.setAttribute(semconv.ATTR_TOOL_CALLS, facts.toolCalls.size);
  if (headers === undefined) return;
  // A response that is an error has some that others lack.
  const names = outcome === 'error' ? wantedHeaders(endpoint.quirks) : watch.sent.names;
  quietly('response headers', () => addHeaders(sink, headers, names));
}

function addHeaders(sink: Sink, headers: ResponseHeaders, names: readonly string[]): void {
  for (const name of names) {
    const value = headers.get(name);
    if (value) sink.setAttribute(semconv.RESPONSE_HEADER + name, [value]);
  }
}
