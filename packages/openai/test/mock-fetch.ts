import { setImmediate as turn } from 'node:timers/promises';
import OpenAI from 'openai';
import { vi } from 'vitest';

/** Data of a stream with the milliseconds that the server takes before each; text goes out as it is. */
export type Frames = readonly (readonly [millis: number, data: unknown])[];

/** What a server answers: a whole body, or frames. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly frames?: Frames;
}

export type Fetch = NonNullable<ConstructorParameters<typeof OpenAI>[0]>['fetch'];

/** Lets the test's clock go on, in a turn of the event loop of its own. */
export async function pass(millis: number): Promise<void> {
  if (millis === 0) return;
  await turn();
  vi.advanceTimersByTime(millis);
}

const isText = (data: unknown): data is string => typeof data === 'string';
const text = (data: unknown): string => (isText(data) ? data : JSON.stringify(data));

/** A body that is made as it is read, so that the clock goes on between its frames. */
function streamOf(frames: Frames): ReadableStream<Uint8Array> {
  const left = [...frames];
  const encoder = new TextEncoder();
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const [millis, data] = left.shift() ?? [0, undefined];
    await pass(millis);
    if (data === undefined) return controller.close();
    if (data instanceof Error) return controller.error(data);
    controller.enqueue(encoder.encode(isText(data) ? data : `data: ${text(data)}\n\n`));
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

export const DONE = 'data: [DONE]\n\n';

function respond({ status = 200, headers, body, frames }: Answer): Response {
  const type = frames === undefined ? 'application/json' : 'text/event-stream';
  const init = { status, headers: { 'content-type': type, ...headers } };
  return new Response(frames === undefined ? text(body) : streamOf(frames), init);
}

/** A client whose requests are answered in turn, the last answer for ever. */
export function createClient(...answers: readonly Answer[]): OpenAI {
  return createClientOf(fetchOf(...answers));
}

/** A fetch that answers in turn, the last answer for ever. */
export function fetchOf(...answers: readonly Answer[]): Fetch {
  const left = [...answers];
  // Before it sends a form, the SDK fetches `data:,` to learn of its `fetch`.
  return async (url) =>
    String(url).startsWith('data:') ? new Response('') : respond((left.length > 1 ? left.shift() : left[0])!);
}

/** A client on this fetch. */
export function createClientOf(fetch: Fetch): OpenAI {
  const baseURL = 'https://integrate.api.nvidia.com/v1';
  return new OpenAI({ apiKey: 'test', maxRetries: 0, logLevel: 'off', baseURL, fetch });
}
