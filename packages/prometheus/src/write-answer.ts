import { diag } from '@opentelemetry/api';
import type { Answer } from './responder';

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

async function writeChunks(response: NodeResponse, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    if (!response.write(chunk) && !(await drained(response))) {
      response.destroy();
      return;
    }
  }
  response.end();
}

/** Resolves with false if the scraper has gone. */
function drained(response: NodeResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isDrained: boolean) => () => {
      clearTimeout(timer);
      response.off('drain', onDrain);
      response.off('close', onClose);
      resolve(isDrained);
    };
    const onDrain = settle(true);
    const onClose = settle(false);
    const timer = setTimeout(onClose, STALLED_MILLIS);
    response.once('drain', onDrain);
    response.once('close', onClose);
  });
}
