import type { Amendment } from '@grump/llm-otel-core';

// Loaded when a client that asks for usage is wrapped.

interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>;
  cancel(reason: unknown): Promise<void>;
}
interface Body {
  getReader(): Reader;
  cancel(reason: unknown): Promise<void>;
}
interface RawResponse {
  readonly body: Body | null;
  readonly headers: { get(name: string): string | null };
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
}
interface Sink {
  enqueue(bytes: Uint8Array): void;
  close(): void;
}
declare const ReadableStream: new (
  source: { pull(sink: Sink): Promise<void>; cancel(reason: unknown): Promise<void> },
  strategy: { highWaterMark: number },
) => unknown;
declare const TextDecoder: new (encoding: string) => { decode(bytes: Uint8Array): string };

/** Keeps what an amendment adds out of raw responses too. */
export function hideIn(amendment: Amendment): void {
  amendment.raw = (response) => withoutEvents(response, amendment.isAdded);
}

/** A stream of events without those whose data `isHidden`. The body is left alone until somebody reads; any other response is itself. */
export function withoutEvents(raw: unknown, isHidden: (data: unknown) => boolean): unknown {
  const { body, headers, status, statusText, url } = raw as RawResponse;
  if (typeof body?.getReader !== 'function' || !headers.get('content-type')?.includes('text/event-stream')) return raw;
  const { constructor: Made } = raw as { constructor: new (body: unknown, init: object) => object };
  const shown = new Made(filtered(body, isHidden), { status, statusText, headers });
  return Object.defineProperty(shown, 'url', { value: url, configurable: true });
}

function filtered(body: Body, isHidden: (data: unknown) => boolean): unknown {
  const events = new Events(isHidden);
  let reader: Reader | undefined;
  const pull = async (sink: Sink): Promise<void> => {
    reader ??= body.getReader();
    for (let sent = false; !sent; ) {
      const { done, value } = await reader.read();
      const bytes = value === undefined ? events.rest : events.take(value);
      sent = done || bytes.length > 0;
      if (bytes.length > 0) sink.enqueue(bytes);
      if (done) sink.close();
    }
  };
  return new ReadableStream({ pull, cancel: (reason) => (reader ?? body).cancel(reason) }, { highWaterMark: 0 });
}

/** A blank line ends an event. */
const END = /\r\n\r\n|\n\n|\r\r/g;
const DATA = /^data: ?(\{.*"usage".*\})\r?$/m;
/** What is longer goes on as it is. */
const MOST_BYTES = 1_048_576;

/** Hands events on byte by byte once they are whole. */
class Events {
  rest: Uint8Array = new Uint8Array();
  #isHidden: (data: unknown) => boolean;
  // One character for each byte.
  #latin = new TextDecoder('latin1');

  constructor(isHidden: (data: unknown) => boolean) {
    this.#isHidden = isHidden;
  }

  take(bytes: Uint8Array): Uint8Array {
    const all = joined([this.rest, bytes]);
    const text = this.#latin.decode(all);
    const kept: Uint8Array[] = [];
    let start = 0;
    for (const { index, 0: end } of text.matchAll(END)) {
      const next = index + end.length;
      if (!this.#hides(text.slice(start, next))) kept.push(all.subarray(start, next));
      start = next;
    }
    this.rest = all.subarray(start);
    if (this.rest.length > MOST_BYTES) {
      kept.push(this.rest);
      this.rest = new Uint8Array();
    }
    return joined(kept);
  }

  #hides(event: string): boolean {
    const data = DATA.exec(event)?.[1];
    try {
      return data !== undefined && this.#isHidden(JSON.parse(data));
    } catch {
      return false;
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
