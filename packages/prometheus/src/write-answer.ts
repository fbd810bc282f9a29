import { diag } from '@opentelemetry/api';
import type { Answer, AnswerBody } from './responder';

/** As much of `node:http`'s response as is written. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  /** `false`: wait for `drain`. */
  write(chunk: Uint8Array): boolean;
  end(body?: string): unknown;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
  /** Breaks the connection off, so that nobody takes half a page for a whole one. */
  destroy(error?: Error): unknown;
  readonly destroyed?: boolean;
}

/** A scraper that takes nothing for so long has gone. */
const STALLED_MILLIS = 10_000;
/** Bytes that are written ahead of a scraper: to wait for it costs turns of the event loop. */
const AHEAD_BYTES = 1 << 19;

/** Writes an answer, no faster than it is read. Never rejects. */
export async function writeAnswer(response: NodeResponse, { status, headers, body }: Answer): Promise<void> {
  try {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (body === undefined || typeof body === 'string') response.end(body);
    else await writeChunks(response, body);
  } catch (fault) {
    response.destroy();
    diag.error('@grump/llm-otel-prometheus: the answer to a scrape could not be sent', fault);
  }
}

async function writeChunks(response: NodeResponse, body: AnswerBody): Promise<void> {
  let ahead = 0;
  for await (const chunk of body.chunks ?? body) {
    if (response.destroyed) return;
    ahead += chunk.length;
    if (response.write(chunk)) ahead = 0;
    if (ahead < AHEAD_BYTES) continue;
    if ((await progress(response)) !== 'drain') return void response.destroy();
    ahead = 0;
  }
  response.end();
  if (ahead > 0 && (await progress(response)) === 'stalled') response.destroy();
}

/** Resolves when the scraper has taken what was written, has gone, or has taken nothing for too long. */
function progress(response: NodeResponse): Promise<'drain' | 'close' | 'stalled'> {
  return new Promise((resolve) => {
    const settle = (how: 'drain' | 'close' | 'stalled') => () => {
      clearTimeout(timer);
      response.off('drain', onDrain);
      response.off('close', onClose);
      resolve(how);
    };
    const onDrain = settle('drain');
    const onClose = settle('close');
    const timer = setTimeout(settle('stalled'), STALLED_MILLIS);
    timer.unref?.();
    response.once('drain', onDrain);
    response.once('close', onClose);
  });
}
