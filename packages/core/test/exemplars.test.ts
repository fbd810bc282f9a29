import './fake-timers';
import { setImmediate as turn } from 'node:timers/promises';
import { createTelemetry } from '@grump/llm-otel-testing';
import { diag, type Span, type TracerProvider } from '@opentelemetry/api';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { INSTRUMENTS } from '../src/catalogue';
import { type Exemplar, type ExemplarListener, subscribeExemplars } from '../src/exemplars';
import type { WrapOptions } from '../src/options';
import { consume, createWrapped, onlySpan, type Script, streamOf, useTelemetry } from './measure';

const USAGE = { input: 9, output: 5, cacheRead: 1, cacheWrite: 2, reasoning: 3, audioInput: 4, audioOutput: 5 };
const SCRIPT: Script = [
  [100, {}],
  [900, { kind: 'reasoning', model: 'fake-1-2026' }],
  [200, { kind: 'text' }],
  [150, {}],
  [150, { kind: 'text' }],
  [250, { end: 'stop', usage: USAGE, cost: 0.5 }],
];

/** Whether one sample is recorded per chunk. */
const perChunk = (name: string) => INSTRUMENTS.find((one) => one.name === name)?.perChunk === true;

/** Subscribes for the length of a test. */
function subscribe(listener?: ExemplarListener): Exemplar[] {
  const offered: Exemplar[] = [];
  onTestFinished(subscribeExemplars(listener ?? ((exemplar) => offered.push(exemplar))));
  return offered;
}

type Telemetry = ReturnType<typeof useTelemetry>;

async function play(telemetry: Telemetry, options?: WrapOptions, script = SCRIPT): Promise<unknown> {
  return consume(createWrapped(telemetry, async () => streamOf(script), options));
}

const values = (offered: readonly Exemplar[], name: string) =>
  offered.filter((one) => one.name === name).map(({ value }) => value);

describe.each([true, false])('exemplars (metric producer: %s)', (produced) => {
  it('are offered of all that is recorded of a call', async () => {
    const telemetry = useTelemetry(produced);
    const offered = subscribe();
    await play(telemetry, { genAi: 'both' });
    const rows = (await telemetry.metrics()).filter(({ type }) => type === 'histogram' || type === 'counter');
    const key = ({ name, attributes }: { name: string; attributes: object }) =>
      `${name} ${JSON.stringify(Object.entries(attributes).sort())}`;
    expect(offered.map(key).sort()).toEqual(rows.map(key).sort());
    const recorded = new Map(rows.map((row) => [key(row), row]));
    for (const exemplar of offered.filter(({ name }) => !perChunk(name))) {
      const row = recorded.get(key(exemplar))!;
      expect([exemplar.name, exemplar.value]).toEqual([row.name, row.type === 'histogram' ? row.sum : row.value]);
    }
    const { traceId, spanId } = onlySpan(telemetry);
    for (const exemplar of offered) expect(exemplar).toMatchObject({ traceId, spanId, epochMillis: Date.now() });
  });

  it('of gaps are the longest, each once, and among those that were counted', async () => {
    const telemetry = useTelemetry(produced);
    const offered = subscribe();
    await play(telemetry);
    expect(values(offered, 'llm_inter_token_latency_seconds')).toEqual([0.3]);
    expect(values(offered, 'gen_ai.client.inference.time_per_output_chunk')).toEqual([0.9]);
    for (const row of (await telemetry.metrics()).filter(({ name }) => perChunk(name))) {
      expect([row.name, (row as { max?: number }).max]).toEqual([row.name, values(offered, row.name)[0]]);
    }
  });

  it.each<[string, Script, number[], number[]]>([
    ['one chunk', [[1, { kind: 'text', end: 'stop' }]], [], []],
    [
      'one token',
      [
        [1, {}],
        [2, { kind: 'text', end: 'stop' }],
      ],
      [],
      [0.002],
    ],
    [
      'no token',
      [
        [1, {}],
        [2, {}],
      ],
      [],
      [0.002],
    ],
    [
      'tokens alone',
      [
        [1, { kind: 'text' }],
        [3, { kind: 'text' }],
        [2, { kind: 'text' }],
      ],
      [0.003],
      [0.003],
    ],
  ])('of a stream of %s', async (_, script, tokenGaps, chunkGaps) => {
    const offered = subscribe();
    await play(useTelemetry(produced), {}, script);
    expect(values(offered, 'llm_inter_token_latency_seconds')).toEqual(tokenGaps);
    expect(values(offered, 'gen_ai.client.inference.time_per_output_chunk')).toEqual(chunkGaps);
  });
});

describe('none are offered', () => {
  it('of a call whose span is not sampled, which is recorded all the same', async () => {
    const telemetry = createTelemetry({ sampler: { shouldSample: () => ({ decision: 0 }), toString: () => 'none' } });
    onTestFinished(() => telemetry.shutdown());
    const offered = subscribe();
    await play(telemetry);
    expect(offered).toEqual([]);
    expect(await telemetry.total('llm_requests_total')).toBe(1);
    expect(await telemetry.total('llm_inter_token_latency_seconds')).toBe(2);
  });

  it('of a call without a span', async () => {
    const { meterProvider } = useTelemetry();
    const offered = subscribe();
    const tracerProvider = { getTracer: () => undefined } as unknown as TracerProvider;
    await play({ meterProvider, tracerProvider } as Telemetry);
    expect(offered).toEqual([]);
  });

  it('after the end of the subscription, whose end may come twice', async () => {
    const listener = vi.fn();
    const endings = [subscribeExemplars(listener), subscribeExemplars(listener)];
    await play(useTelemetry());
    const { length } = listener.mock.calls;
    expect(length).toBeGreaterThan(20);
    endings[0]!();
    endings[0]!();
    await play(useTelemetry());
    expect(listener).toHaveBeenCalledTimes(length * 1.5);
    endings[1]!();
    await play(useTelemetry());
    expect(listener).toHaveBeenCalledTimes(length * 1.5);
  });
});

it('while nobody listens, no span is asked who it is', async () => {
  const { meterProvider, tracerProvider } = useTelemetry();
  let asked = 0;
  const tracer = tracerProvider.getTracer('test');
  const startSpan = (...args: Parameters<typeof tracer.startSpan>): Span => {
    const span = tracer.startSpan(...args);
    const spanContext = span.spanContext.bind(span);
    span.spanContext = () => {
      asked += 1;
      return spanContext();
    };
    return span;
  };
  const telemetry = { meterProvider, tracerProvider: { getTracer: () => ({ ...tracer, startSpan }) } };
  await play(telemetry as unknown as Telemetry);
  // The exporter asks, too.
  const before = asked;
  subscribe();
  await play(telemetry as unknown as Telemetry);
  expect(asked).toBe(2 * before + 1);
});

it('listeners that throw or reject are told of once, and left out of nothing', async () => {
  const warn = vi.fn();
  diag.setLogger({ warn, error: warn, info: warn, debug: warn, verbose: warn }, { suppressOverrideMessage: true });
  onTestFinished(() => diag.disable());
  const throwing = vi.fn(() => {
    throw new Error('a fault');
  });
  const rejecting = vi.fn(async () => Promise.reject(new Error('a fault')));
  subscribe(throwing);
  subscribe(rejecting as never);
  const offered = subscribe();
  const telemetry = useTelemetry();
  expect(await play(telemetry)).toBe(undefined);
  await turn();
  expect(warn.mock.calls.map(([line]) => line)).toEqual([expect.stringContaining('a listener of exemplars failed')]);
  expect(offered.length).toBeGreaterThan(20);
  expect(throwing).toHaveBeenCalledTimes(offered.length);
  expect(rejecting).toHaveBeenCalledTimes(offered.length);
  expect(await telemetry.total('llm_requests_total')).toBe(1);
});
