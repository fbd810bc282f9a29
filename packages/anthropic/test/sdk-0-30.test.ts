import { startMockNim } from '@grump/llm-otel-testing';
import Anthropic from 'anthropic-0-30';
import { describe, expect, it, onTestFinished } from 'vitest';
import { figures, useTelemetry } from '../../core/test/measure';
import { wrapAnthropic } from '../src/index';
import { REQUEST } from './wrapped';

// What the conformance suite expects of every SDK and the oldest can't do, bare or wrapped, as that does it.

type Use = (client: Anthropic) => Promise<unknown>;
type Fault = { readonly kind: 'reset' | 'hang'; readonly afterChunks: number };

/** What a bare client and a wrapped one see of the same server, and what the call was measured as. */
async function beside(use: Use, fault: Fault | undefined, options: object = {}) {
  const respond = { tokens: 500, schedule: { interTokenMillis: 5 }, ...(fault && { fault }) };
  const nim = await startMockNim({ respond });
  onTestFinished(() => nim.close());
  const create = () => new Anthropic({ apiKey: 'k', baseURL: new URL(nim.baseURL).origin, maxRetries: 0, ...options });
  const bare = await use(create());
  const { meterProvider, tracerProvider, total, metrics } = useTelemetry();
  const wrapped = await use(wrapAnthropic(create(), { meterProvider, tracerProvider }));
  await expect.poll(() => total('llm_requests_total')).toBe(1);
  return { bare, wrapped, outcomes: figures(await metrics()).outcomes };
}

const readAll =
  (onEvent: (count: number, abort: () => void) => unknown): Use =>
  async (client) => {
    const controller = new AbortController();
    const seen: string[] = [];
    try {
      const stream = await client.messages.create({ ...REQUEST, stream: true }, { signal: controller.signal });
      for await (const { type } of stream) onEvent(seen.push(type), () => controller.abort());
      return { seen };
    } catch (error) {
      return { seen, error: (error as Error).name };
    }
  };

describe('SDK 0.30', () => {
  it('loses the last event before a reset, which it hands on when the next one comes; the call is an error', async () => {
    const { bare, wrapped, outcomes } = await beside(
      readAll(() => {}),
      { kind: 'reset', afterChunks: 3 },
    );
    expect(bare).toMatchObject({ seen: ['message_start', 'content_block_start'] });
    expect([wrapped, outcomes]).toEqual([bare, { error: 1 }]);
  });

  it('ends a stream that is aborted before its last event, though nothing comes any more', async () => {
    const abortAtThree = readAll((count, abort) => count === 3 && abort());
    const { bare, wrapped, outcomes } = await beside(abortAtThree, { kind: 'hang', afterChunks: 4 });
    expect(bare).toEqual({ seen: ['message_start', 'content_block_start', 'content_block_delta'] });
    expect([wrapped, outcomes]).toEqual([bare, { aborted: 1 }]);
  });

  it('ends a stream that is aborted unread where it has the platform’s fetch', async () => {
    const use: Use = async (client) => {
      const stream = await client.messages.create({ ...REQUEST, stream: true });
      stream.controller.abort();
      const seen: unknown[] = [];
      for await (const event of stream) seen.push(event);
      return seen;
    };
    const { bare, wrapped, outcomes } = await beside(use, undefined, { fetch: globalThis.fetch });
    expect([bare, wrapped, outcomes]).toEqual([[], [], { aborted: 1 }]);
  });
});
