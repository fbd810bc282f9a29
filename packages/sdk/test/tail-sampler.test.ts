import { perMillionTokens } from '@grump/llm-otel-core';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { createTelemetry, type MockNim, type Respond, type Scenario, startMockNim } from '@grump/llm-otel-testing';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type TailSamplerOptions, tailSampler } from '../src/index';
import { MovingQuantile } from '../src/sampling/moving-quantile';

const QUICK: Scenario = {
  tokens: 2,
  schedule: { headersMillis: 0, roleMillis: 0, firstTokenMillis: 0, interTokenMillis: 0 },
};

let nim: MockNim;
let respond: Exclude<Respond, Scenario> = () => QUICK;
beforeAll(async () => {
  nim = await startMockNim({ respond: (...args) => respond(...args) });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
});
afterAll(async () => {
  context.disable();
  await nim.close();
});

class Kept implements SpanProcessor {
  readonly spans: ReadableSpan[] = [];
  onStart(): void {}
  onEnd(span: ReadableSpan): void {
    this.spans.push(span);
  }
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

const providers: TracerProvider[] = [];
afterEach(async () => {
  for (const provider of providers.splice(0)) await provider.shutdown();
});

/** A client whose spans go through a tail sampler, and what that keeps. */
function createSampled(options: TailSamplerOptions) {
  const kept = new Kept();
  const tracerProvider = new TracerProvider({ spanProcessors: [tailSampler(kept, options)] });
  providers.push(tracerProvider);
  const telemetry = createTelemetry();
  const { meterProvider } = telemetry;
  const pricing = perMillionTokens({ dear: { input: 1e6, output: 1e6 } });
  const client = wrapOpenAI(new OpenAI({ baseURL: nim.baseURL, apiKey: 'test', maxRetries: 0 }), {
    tracerProvider,
    meterProvider,
    pricing,
  });
  return { kept, tracerProvider, telemetry, client };
}

const request = (model = 'm') => ({ model, messages: [{ role: 'user' as const, content: 'Hello?' }] });

async function stream(client: OpenAI, model?: string): Promise<void> {
  for await (const chunk of await client.chat.completions.create({ ...request(model), stream: true })) void chunk;
}

const marks = ({ attributes }: ReadableSpan) => [attributes['llm.sampling.reason'], attributes['llm.sampling.ratio']];

describe('tailSampler', () => {
  it('keeps what failed, and says so', async () => {
    const { kept, tracerProvider, client } = createSampled({ ratio: 0 });
    await client.chat.completions.create(request());
    respond = () => ({ ...QUICK, fault: { kind: 'status', status: 500 } });
    await expect(client.chat.completions.create(request())).rejects.toThrow('500');
    respond = () => ({ ...QUICK, fault: { kind: 'truncate', afterChunks: 2 } });
    await stream(client).catch(() => {});
    respond = () => QUICK;
    await tracerProvider.forceFlush();
    expect(kept.spans.map(({ attributes }) => attributes['llm.outcome'])).toEqual(['error', 'truncated']);
    expect(kept.spans.map(marks)).toEqual([
      ['error', 1],
      ['error', 1],
    ]);
  });

  it('keeps first tokens that are slow for their model', async () => {
    const { kept, tracerProvider, client } = createSampled({ ratio: 0, slowQuantile: 1 });
    const wait = { ...QUICK, schedule: { ...QUICK.schedule, firstTokenMillis: 1500 } };
    respond = ({ model }) => (model === 'slow' ? wait : QUICK);
    for (let turn = 0; turn < 20; turn++) await stream(client, 'fast');
    await Promise.all(Array.from({ length: 20 }, () => stream(client, 'slow')));
    await tracerProvider.forceFlush();
    const before = kept.spans.length;
    respond = () => ({ ...QUICK, schedule: { ...QUICK.schedule, firstTokenMillis: 800 } });
    await Promise.all([stream(client, 'fast'), stream(client, 'slow'), stream(client, 'unseen')]);
    respond = () => QUICK;
    await tracerProvider.forceFlush();
    const found = kept.spans.slice(before);
    expect(found.map((span) => [span.attributes['gen_ai.request.model'], ...marks(span)])).toEqual([
      ['fast', 'slow', 1],
    ]);
  });

  it('keeps what was costly, by the price that is known after the span has ended', async () => {
    const { kept, tracerProvider, client } = createSampled({ ratio: 0, costlyUsd: 1 });
    await client.chat.completions.create(request());
    await client.chat.completions.create(request('dear'));
    await tracerProvider.forceFlush();
    expect(kept.spans.map((span) => [span.name, ...marks(span)])).toEqual([['chat dear', 'costly', 1]]);
  });

  it('keeps a ratio of the rest from which the whole can be told, and metrics of all', async () => {
    const { kept, tracerProvider, telemetry, client } = createSampled({ ratio: 0.25 });
    for (let turn = 0; turn < 40; turn++) {
      await Promise.all(Array.from({ length: 20 }, () => client.chat.completions.create(request())));
    }
    await tracerProvider.forceFlush();
    expect(new Set(kept.spans.map((span) => String(marks(span))))).toEqual(new Set(['ratio,0.25']));
    const told = kept.spans.reduce((sum, { attributes }) => sum + 1 / Number(attributes['llm.sampling.ratio']), 0);
    // Five standard deviations of 800 calls.
    expect(Math.abs(told - 800)).toBeLessThan(5 * Math.sqrt(800 * 3));
    expect(await telemetry.total('llm_requests_total')).toBe(800);
  });

  it('decides alike for all calls of a trace', async () => {
    const { kept, tracerProvider, client } = createSampled({ ratio: 0.5 });
    const tracer = tracerProvider.getTracer('application');
    for (let turn = 0; turn < 20; turn++) {
      const parent = tracer.startSpan('turn');
      await context.with(trace.setSpan(context.active(), parent), async () => {
        await client.chat.completions.create(request());
        await client.chat.completions.create(request());
      });
      parent.end();
    }
    await tracerProvider.forceFlush();
    const calls = kept.spans.filter(({ name }) => name.startsWith('chat'));
    const traces = calls.map((span) => span.spanContext().traceId);
    expect(kept.spans.length - calls.length).toBe(20);
    expect(calls.length).toBe(2 * new Set(traces).size);
  });

  it('keeps or drops what was started inside a call with it', async () => {
    const { kept, tracerProvider, client } = createSampled({ ratio: 0 });
    const tracer = tracerProvider.getTracer('http');
    const { fetch } = globalThis;
    const traced: typeof fetch = async (...args) => {
      const span = tracer.startSpan('POST');
      tracer.startSpan('connect', {}, trace.setSpan(context.active(), span)).end();
      try {
        return await fetch(...args);
      } finally {
        span.end();
      }
    };
    const tracedClient = client.withOptions({ fetch: traced });
    await tracedClient.chat.completions.create(request());
    respond = () => ({ ...QUICK, fault: { kind: 'status', status: 500 } });
    await tracedClient.chat.completions.create(request('failing')).catch(() => {});
    respond = () => QUICK;
    await tracerProvider.forceFlush();
    expect(kept.spans.map((span) => [span.name, ...marks(span)])).toEqual([
      ['connect', 'error', 1],
      ['POST', 'error', 1],
      ['chat failing', 'error', 1],
    ]);
  });

  it('holds no more than it may, and loses no failure for it', async () => {
    const { kept, tracerProvider, client } = createSampled({ ratio: 0, maxSpans: 5 });
    respond = () => ({ ...QUICK, fault: { kind: 'status', status: 500 } });
    const calls = Array.from({ length: 50 }, () => client.chat.completions.create(request()).catch(() => {}));
    await Promise.all(calls);
    respond = () => QUICK;
    await tracerProvider.forceFlush();
    expect(kept.spans).toHaveLength(50);
  });

  it('holds no more of what was started inside', async () => {
    const { kept, tracerProvider, client } = createSampled({ ratio: 0, maxSpans: 100 });
    const tracer = tracerProvider.getTracer('http');
    respond = () => ({ ...QUICK, fault: { kind: 'status', status: 500 } });
    const busy: typeof fetch = async (...args) => {
      for (let inside = 0; inside < 500; inside++) tracer.startSpan('inside').end();
      return fetch(...args);
    };
    const busyClient = client.withOptions({ fetch: busy });
    await Promise.all(Array.from({ length: 10 }, () => busyClient.chat.completions.create(request()).catch(() => {})));
    respond = () => QUICK;
    await tracerProvider.forceFlush();
    expect(kept.spans.filter(({ name }) => name !== 'inside')).toHaveLength(10);
    expect(kept.spans).toHaveLength(110);
  });

  it.each([
    [{ ratio: 2 }, 'ratio 2'],
    [{ slowQuantile: 0 }, 'slowQuantile 0'],
    [{ window: 3 }, 'window 3'],
    [{ costlyUsd: Number.NaN }, 'costlyUsd NaN'],
    [{ maxSpans: 0.5 }, 'maxSpans 0.5'],
  ])('refuses %o', (options, said) => {
    expect(() => tailSampler(new Kept(), options)).toThrow(`tailSampler got ${said}; allowed is `);
  });
});

describe('a moving quantile', () => {
  it('judges by the latest values alone', () => {
    const slow = new MovingQuantile(0.9, 100);
    const judged = (value: number) => slow.isAbove('m', value);
    expect(Array.from({ length: 20 }, (_, index) => judged(index))).not.toContain(true);
    expect([judged(17), judged(18)]).toEqual([false, true]);
    for (let turn = 0; turn < 100; turn++) judged(1000 + turn);
    // The nine tenths of 1000 to 1099.
    expect([judged(1089), judged(1090)]).toEqual([false, true]);
  });

  it('is the exact quantile of its window, whatever comes', () => {
    const quantile = new MovingQuantile(0.95, 50);
    const seen: number[] = [];
    for (let turn = 0; turn < 2000; turn++) {
      const value = Math.round(Math.random() * 30);
      const latest = seen.slice(-50).sort((one, other) => one - other);
      const limit = latest.length < 20 ? Number.POSITIVE_INFINITY : latest[Math.ceil(0.95 * latest.length) - 1]!;
      expect(quantile.isAbove('m', value)).toBe(value > limit);
      seen.push(value);
    }
  });

  it('keeps so many keys apart, and the rest in one', () => {
    const quantile = new MovingQuantile(0.5, 20);
    for (let key = 0; key < 100_000; key++) quantile.isAbove(`model ${key}`, 1);
    expect(quantile.isAbove('model 3', 2)).toBe(false);
    expect(quantile.isAbove('model 100001', 2)).toBe(true);
  });
});
