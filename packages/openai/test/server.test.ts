import { createTelemetry } from '@grump/llm-otel-testing';
import type { HrTime, Tracer } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { useTelemetry } from '../../core/test/measure';
import { wrapOpenAI } from '../src/index';
import { serverTimes } from '../src/server';
import { createClient, type Frames } from './mock-fetch';
import { chunk, play, playFrames, REQUEST, untilLoaded, usage } from './play';

const headersOf = (headers: Record<string, string>) => new Headers(headers);
const PLAIN = {
  id: 'c',
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi' } }],
};
const say = (content: string) => chunk({ content });

describe('what servers tell of their work', () => {
  const timing = (fields: object) => ({ nvext: { timing: { request_received_ms: 1, ...fields } } });

  it.each([
    ['llama.cpp', { timings: { prompt_ms: 20, predicted_ms: 300 } }, { prefillSeconds: 0.02, decodeSeconds: 0.3 }],
    [
      'llama.cpp with a draft model',
      { timings: { prompt_ms: 20, predicted_ms: 300, draft_n: 8, draft_n_accepted: 6 } },
      { prefillSeconds: 0.02, decodeSeconds: 0.3, draftTokens: 8, acceptedTokens: 6 },
    ],
    [
      'Groq',
      { usage: { queue_time: 0.04, prompt_time: 0.01, completion_time: 0.05, total_time: 0.06 } },
      { queueSeconds: 0.04, prefillSeconds: 0.01, decodeSeconds: 0.05 },
    ],
    [
      'Groq, in x_groq',
      { usage: null, x_groq: { usage: { queue_time: 0, prompt_time: 0.01, completion_time: 0.05 } } },
      { queueSeconds: 0, prefillSeconds: 0.01, decodeSeconds: 0.05 },
    ],
    [
      'Cerebras',
      { time_info: { queue_time: 0.003, prompt_time: 0.01, completion_time: 0.1, total_time: 0.2, created: 1.7e9 } },
      { queueSeconds: 0.003, prefillSeconds: 0.01, decodeSeconds: 0.1 },
    ],
    [
      'Dynamo',
      timing({ prefill_wait_time_ms: 12, prefill_time_ms: 70, ttft_ms: 82, total_time_ms: 1000 }),
      { queueSeconds: 0.012, prefillSeconds: 0.07, decodeSeconds: 0.918 },
    ],
    [
      'Dynamo without a prefill start',
      timing({ ttft_ms: 82, total_time_ms: 1000 }),
      { prefillSeconds: 0.082, decodeSeconds: 0.918 },
    ],
    ['Dynamo before the end', timing({ prefill_wait_time_ms: 12 }), { queueSeconds: 0.012 }],
    [
      'Fireworks',
      { perf_metrics: { 'server-time-to-first-token': '0.35', 'server-processing-time': 2.5, 'prompt-tokens': '256' } },
      { prefillSeconds: 0.35, decodeSeconds: 2.15 },
    ],
    [
      'Fireworks, a deployment of your own',
      {
        perf_metrics: {
          'prefill-queue-duration': '0.25',
          'prefill-duration': '0.1',
          'generation-duration': '2',
          'server-time-to-first-token': '0.36',
          'server-processing-time': '2.5',
        },
      },
      { queueSeconds: 0.25, prefillSeconds: 0.1, decodeSeconds: 2 },
    ],
    [
      'Fireworks with junk',
      { perf_metrics: { 'prefill-queue-duration': '', 'server-time-to-first-token': 'soon' } },
      {},
    ],
    ['nobody', { nvext: { worker_id: {} } }, {}],
    ['a server with junk', { timings: { prompt_ms: -1, predicted_ms: 'soon', draft_n: Number.NaN } }, {}],
    ['a server with more junk', { timings: 'text', time_info: [], nvext: 7, usage: 'x' }, {}],
  ])('%s', (_, told, times) => {
    expect(serverTimes(told, undefined)).toEqual(times);
  });

  it.each([
    ['TGI', { 'x-queue-time': '3', 'x-inference-time': '250' }, { queueSeconds: 0.003, decodeSeconds: 0.25 }],
    [
      'Server-Timing',
      { 'server-timing': 'queue;dur=3.5, cdn-cache;desc=HIT, prefill;desc="x";dur=40, decode;dur="200"' },
      { queueSeconds: 0.0035, prefillSeconds: 0.04, decodeSeconds: 0.2 },
    ],
    ['a Server-Timing of others', { 'server-timing': 'cfL4;desc="?proto=TCP", total;dur=5, queue, ;dur=1,' }, {}],
    ['headers with junk', { 'x-queue-time': 'soon', 'server-timing': 'queue;dur=..;dur=' }, {}],
  ])('%s, in headers', (_, headers, times) => {
    expect(serverTimes(undefined, headersOf(headers as Record<string, string>))).toEqual(times);
  });
});

/** A tracer that notes when its spans start. */
const notingStarts = (tracer: Tracer, starts: Record<string, HrTime>): Tracer => ({
  ...tracer,
  startSpan: (name, options, context) => {
    starts[name] = options?.startTime as HrTime;
    return tracer.startSpan(name, options, context);
  },
});

describe('a call whose server tells its times', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const time_info = { queue_time: 0.01, prompt_time: 0.02, completion_time: 0.05 };
  const frames: Frames = [
    [50, say('a')],
    [30, say('b')],
    [30, { ...chunk({}, 'stop'), ...usage(5, 2, {}, chunk({}, 'stop').choices as []), time_info }],
  ];

  it('has a span for each phase below its own, and a sample in each histogram', async () => {
    const { span, phases, total } = await playFrames(frames);
    expect(phases).toMatchObject({
      queue: { parent: span.spanId, durationSeconds: 0.01, kind: 'INTERNAL' },
      prefill: { parent: span.spanId, durationSeconds: 0.02 },
      decode: { parent: span.spanId, durationSeconds: 0.05 },
    });
    const labels = { provider: 'nvidia-nim', model: 'm', operation: 'chat' };
    for (const phase of ['queue', 'prefill', 'decode'])
      expect(await total(`llm_server_${phase}_seconds`, labels)).toBe(1);
    // The rest is the network's.
    const told = Object.values(phases).reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
    expect(span.durationSeconds - told).toBeCloseTo(0.03, 5);
  });

  it('has its phases up to the first token, and from it', async () => {
    const starts: Record<string, HrTime> = {};
    const { tracerProvider, meterProvider } = useTelemetry();
    const client = wrapOpenAI(createClient({ frames }), {
      meterProvider,
      tracerProvider: { getTracer: (...args) => notingStarts(tracerProvider.getTracer(...args), starts) },
    });
    for await (const _ of await client.chat.completions.create({ ...REQUEST, stream: true }));
    await untilLoaded();
    const [seconds, nanos] = starts['chat m']!;
    const after = (name: string) => starts[name]![0] - seconds + (starts[name]![1] - nanos) / 1e9;
    expect(after('queue')).toBeCloseTo(0.02, 6);
    expect(after('prefill')).toBeCloseTo(0.03, 6);
    expect(after('decode')).toBeCloseTo(0.05, 6);
  });

  it('has them when it is no stream', async () => {
    const { phases, total } = await play({ body: { ...PLAIN, timings: { prompt_ms: 0, predicted_ms: 0 } } });
    expect(Object.keys(phases)).toEqual(['prefill', 'decode']);
    expect(await total('llm_server_queue_seconds')).toBe(0);
  });

  it('has them from headers', async () => {
    const headers = { 'x-queue-time': '3', 'x-inference-time': '0' };
    const { phases, total } = await play({ body: PLAIN, headers });
    expect(Object.keys(phases)).toEqual(['queue', 'decode']);
    expect(await total('llm_server_queue_seconds')).toBe(1);
    const timed = await play({ body: PLAIN, headers: { 'server-timing': 'prefill;dur=0' } });
    expect(Object.keys(timed.phases)).toEqual(['prefill']);
    expect(timed.span.attributes['http.response.header.server-timing']).toEqual(['prefill;dur=0']);
  });

  it('has metrics and no spans where it is not sampled', async () => {
    const telemetry = createTelemetry({ sampler: { shouldSample: () => ({ decision: 0 }) } });
    onTestFinished(() => telemetry.shutdown());
    const client = wrapOpenAI(createClient({ frames }), telemetry);
    for await (const _ of await client.chat.completions.create({ ...REQUEST, stream: true }));
    await untilLoaded();
    expect(telemetry.spans()).toEqual([]);
    expect(await telemetry.total('llm_server_decode_seconds')).toBe(1);
  });

  it('records them at once from the second call on', async () => {
    const telemetry = createTelemetry();
    onTestFinished(() => telemetry.shutdown());
    const client = wrapOpenAI(createClient({ body: { ...PLAIN, time_info } }), telemetry);
    await client.chat.completions.create(REQUEST);
    await untilLoaded();
    await client.chat.completions.create(REQUEST);
    expect(telemetry.spans().filter(({ name }) => name === 'decode')).toHaveLength(2);
  });

  it('counts no phase that was cut off', async () => {
    const { total, phases } = await play({ frames: frames.slice(0, 2) });
    expect(phases).toEqual({});
    expect(await total('llm_server_decode_seconds')).toBe(0);
  });
});

describe('ratios', () => {
  const details = (cached: number) => ({ prompt_tokens_details: { cached_tokens: cached } });
  const stream = (...last: unknown[]): Frames => [
    [0, say('a')],
    [0, chunk({}, 'stop')],
    ...last.map((one) => [0, one] as const),
  ];
  it.each([
    [0, 0],
    [30, 0.3],
    [100, 1],
  ])('of cache hits: %d of 100 tokens', async (cached, ratio) => {
    const telemetry = createTelemetry();
    onTestFinished(() => telemetry.shutdown());
    const client = wrapOpenAI(createClient({ frames: stream(usage(100, 5, details(cached))) }), telemetry);
    for await (const _ of await client.chat.completions.create({ ...REQUEST, stream: true }));
    await untilLoaded();
    const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_cache_hit_ratio');
    expect(rows).toMatchObject([{ count: 1, sum: ratio, unit: '1' }]);
  });

  it('of cache hits are none where the server does not tell', async () => {
    const untold = await playFrames(stream(usage(100, 5)));
    expect(await untold.total('llm_cache_hit_ratio')).toBe(0);
    const nothing = await playFrames(stream(usage(0, 5, details(0))));
    expect(await nothing.total('llm_cache_hit_ratio')).toBe(0);
  });

  it.each([
    [200, 1],
    [(model: string) => (model === 'm' ? 200 : undefined), 1],
    [() => undefined, 0],
    [
      () => {
        throw new Error('no');
      },
      0,
    ],
    [(async () => 200) as unknown as () => number, 0],
  ])('of the context window, with %s', async (contextWindow, count) => {
    const played = await playFrames(stream(usage(100, 5)), { contextWindow });
    expect(played).toMatchObject({ outcomes: { ok: 1 }, error: undefined });
    expect(await played.total('llm_context_utilization_ratio')).toBe(count);
  });

  it.each([0, -1, 'large', null])('of the context window need a window: not %j', (contextWindow) => {
    const wrap = () => wrapOpenAI(createClient({}), { contextWindow: contextWindow as number });
    expect(wrap).toThrow(/contextWindow/);
  });
});
