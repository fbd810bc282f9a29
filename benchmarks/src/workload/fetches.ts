import type { Answers } from './workload.ts';

type Fetch = typeof fetch;

const STREAM = { headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req-1' } };
const JSON_HEADERS = { headers: { 'content-type': 'application/json', 'x-request-id': 'req-1' } };

/** How the events of a stream come from the network: all at once, or each by itself when the reader asks for it. */
export type Shape = 'burst' | 'split';

/** In place of the network, with answers that were built beforehand. */
export interface Fetches {
  /** Answers every request with a stream of `tokens` content chunks. */
  stream(tokens: number, shape: Shape): Fetch;
  /** Answers every request with a stream of one chunk. */
  readonly oneChunk: Fetch;
  /** Answers every request with the same plain answer. */
  readonly plain: Fetch;
}

/** The fetches of a client's answers. */
export function createFetches({ events, oneChunk, plain }: Answers): Fetches {
  const whole = joined(oneChunk);
  return {
    stream(tokens, shape) {
      const all = events(tokens);
      const bytes = joined(all);
      if (shape === 'burst') return async () => new Response(bytes, STREAM);
      return async () => new Response(pulled(all), STREAM);
    },
    oneChunk: async () => new Response(whole, STREAM),
    plain: async () => new Response(plain, JSON_HEADERS),
  };
}

function pulled(events: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let next = 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const event = events[next++];
    if (event === undefined) controller.close();
    else controller.enqueue(event);
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
