import type { Call } from './call';
import { warnFault } from './guard';
import * as semconv from './semconv';
import type { ResponseHeaders } from './types';

interface Sink {
  setAttribute(key: string, value: number | string[]): unknown;
}

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

/** What is known of a response beside its usage. */
export function addResponse(sink: Sink, { facts, headers, watch }: Call): void {
  if (facts.toolCalls !== undefined) sink.setAttribute(semconv.ATTR_TOOL_CALLS, facts.toolCalls.size);
  if (headers === undefined) return;
  try {
    addHeaders(sink, headers, watch.sent.names);
  } catch (fault) {
    warnFault('response headers', fault);
  }
}

function addHeaders(sink: Sink, headers: ResponseHeaders, names: readonly string[]): void {
  for (const name of names) {
    const value = headers.get(name);
    if (value) sink.setAttribute(semconv.RESPONSE_HEADER + name, [value]);
  }
}
