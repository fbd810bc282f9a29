import { COMPLETION, joined, ONE_CHUNK, sseEvents } from './sse.ts';

type Fetch = typeof fetch;

const STREAM = { headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req-1' } };
const JSON_HEADERS = { headers: { 'content-type': 'application/json', 'x-request-id': 'req-1' } };

/** How the events of a stream come from the network: all at once, or each by itself when the reader asks for it. */
export type Shape = 'burst' | 'split';

/** Answers every request with a stream of `tokens` content chunks that was built beforehand. */
export function streamFetch(tokens: number, shape: Shape): Fetch {
  const events = sseEvents(tokens);
  const bytes = joined(events);
  if (shape === 'burst') return async () => new Response(bytes, STREAM);
  return async () => new Response(pulled(events), STREAM);
}

const oneChunk = joined(ONE_CHUNK);

/** Answers every request with a stream of one chunk. */
export const oneChunkFetch: Fetch = async () => new Response(oneChunk, STREAM);

/** Answers every request with the same completion. */
export const plainFetch: Fetch = async () => new Response(COMPLETION, JSON_HEADERS);

function pulled(events: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let next = 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const event = events[next++];
    if (event === undefined) controller.close();
    else controller.enqueue(event);
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}
