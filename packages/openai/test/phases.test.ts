import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useTelemetry } from '../../core/test/measure';
import { wrapOpenAI } from '../src/index';
import { chunk, REQUEST, untilLoaded, usage } from './play';

// A server over real HTTP that works in phases and tells how long each took by its own clock. The clock is the client's too, so
// that what lies between is the network's, however slow the machine is.

type Millis = Readonly<Record<'queue' | 'prefill' | 'decode', number>>;

/** How servers tell their phases: in the last chunk or result, or in headers. */
const DIALECTS: Readonly<Record<string, { tell(told: Millis): object; readonly phases: readonly (keyof Millis)[] }>> = {
  'llama.cpp': {
    tell: ({ prefill, decode }) => ({
      timings: { prompt_n: 5, predicted_n: 2, prompt_ms: prefill, predicted_ms: decode },
    }),
    phases: ['prefill', 'decode'],
  },
  Groq: {
    tell: ({ queue, prefill, decode }) => {
      const times = { queue_time: queue / 1000, prompt_time: prefill / 1000, completion_time: decode / 1000 };
      return { usage: { prompt_tokens: 5, completion_tokens: 2, ...times } };
    },
    phases: ['queue', 'prefill', 'decode'],
  },
  Cerebras: {
    tell: ({ queue, prefill, decode }) => ({
      time_info: { queue_time: queue / 1000, prompt_time: prefill / 1000, completion_time: decode / 1000 },
    }),
    phases: ['queue', 'prefill', 'decode'],
  },
  Dynamo: {
    tell: ({ queue, prefill, decode }) => {
      const ttft = queue + prefill;
      const timing = {
        prefill_wait_time_ms: queue,
        prefill_time_ms: prefill,
        ttft_ms: ttft,
        total_time_ms: ttft + decode,
      };
      return { nvext: { timing } };
    },
    phases: ['queue', 'prefill', 'decode'],
  },
  Fireworks: {
    tell: ({ queue, prefill, decode }) => ({
      perf_metrics: {
        'prefill-queue-duration': String(queue / 1000),
        'prefill-duration': String(prefill / 1000),
        'generation-duration': String(decode / 1000),
      },
    }),
    phases: ['queue', 'prefill', 'decode'],
  },
};

let server: Server;
let dialect = '';
/** What the server told, and when it had the request and the last of its answer out. */
let log: { told: Millis; receivedAt: number; endedAt: number };

async function work(streamed: boolean, response: ServerResponse): Promise<void> {
  const receivedAt = performance.now();
  const laps = [receivedAt];
  const lap = async (millis: number) => {
    await setTimeout(millis);
    laps.push(performance.now());
  };
  const write = (data: object) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  response.writeHead(200, { 'content-type': streamed ? 'text/event-stream' : 'application/json' }).flushHeaders();
  await lap(20);
  await lap(40);
  if (streamed) write(chunk({ content: 'a' }));
  await lap(60);
  const [start = 0, queued = 0, read = 0, written = 0] = laps;
  const told = { queue: queued - start, prefill: read - queued, decode: written - read };
  const last = { ...usage(5, 2, {}, chunk({ content: 'b' }, 'stop').choices as []), ...DIALECTS[dialect]!.tell(told) };
  const message = { role: 'assistant', content: 'ab' };
  if (streamed) write(last);
  response.end(
    streamed
      ? 'data: [DONE]\n\n'
      : JSON.stringify({ ...last, choices: [{ index: 0, message, finish_reason: 'stop' }] }),
  );
  log = { told, receivedAt, endedAt: performance.now() };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => work(JSON.parse(Buffer.concat(parts).toString()).stream === true, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());
beforeEach(() => untilLoaded());

describe.each(Object.keys(DIALECTS))('the phases that %s tells', (name) => {
  it.each([true, false])('add up to the call within the time of the network (streamed: %s)', async (streamed) => {
    dialect = name;
    const telemetry = useTelemetry();
    const { meterProvider, tracerProvider } = telemetry;
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const client = wrapOpenAI(new OpenAI({ apiKey: 'none', maxRetries: 0, baseURL }), {
      meterProvider,
      tracerProvider,
    });
    const startedAt = performance.now();
    const answer: unknown = await client.chat.completions.create({ ...REQUEST, stream: streamed });
    if (streamed) for await (const _ of answer as AsyncIterable<unknown>);
    const endedAt = performance.now();
    await untilLoaded();

    const spans = telemetry.spans();
    const call = spans.find(({ kind }) => kind === 'CLIENT')!;
    const below = spans.filter(({ parent }) => parent === call.spanId);
    const { phases } = DIALECTS[name]!;
    expect(below.map((span) => span.name)).toEqual(phases);
    for (const { name: phase, durationSeconds } of below) {
      expect(durationSeconds * 1000).toBeCloseTo(log.told[phase as keyof Millis], 1);
    }
    const told = below.reduce((sum, { durationSeconds }) => sum + durationSeconds * 1000, 0);
    const untold = phases.includes('queue') ? 0 : log.told.queue;
    // Outside of the phases there is what the server took to send, and the way there and back.
    const outside = endedAt - startedAt - (log.endedAt - log.receivedAt);
    const rest = call.durationSeconds * 1000 - told - untold;
    expect(rest).toBeGreaterThanOrEqual(-0.5);
    expect(rest).toBeLessThanOrEqual(outside + (log.endedAt - log.receivedAt - told - untold) + 0.5);
  });
});
