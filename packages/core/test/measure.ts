import { setImmediate as turn } from 'node:timers/promises';
import { createTelemetry, type MetricRow, type SpanRow, type Telemetry } from '@grump/llm-otel-testing';
import { onTestFinished, vi } from 'vitest';
import type { ProviderDescriptor } from '../src/descriptor';
import type { WrapOptions } from '../src/options';
import { createMetricProducer } from '../src/producer';
import { wrapClient } from '../src/wrap';
import { createFakeClient, type FakeChunk, FakeStream, provider } from './fake-sdk';

/** Chunks with the milliseconds that the server takes before each; 0 is the same turn of the event loop. */
export type Script = readonly (readonly [millis: number, chunk: FakeChunk | Error])[];

type Client = ReturnType<typeof createFakeClient<unknown>>;

/** What one call, or several, were measured as. Seconds, rounded to microseconds; absent is `undefined`. */
export interface Figures {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly inFlight: number;
  readonly duration: number | undefined;
  readonly streamDuration: number | undefined;
  readonly firstToken: number | undefined;
  readonly firstOutputToken: number | undefined;
  readonly firstChunk: number | undefined;
  /** Count and sum of the gaps between chunks with content. */
  readonly gaps: readonly [count: number, sum: number] | undefined;
  /** The same between chunks of any kind. */
  readonly chunkGaps: readonly [count: number, sum: number] | undefined;
  readonly perOutputToken: number | undefined;
  readonly tokensPerSecond: number | undefined;
  readonly tokens: Readonly<Record<string, number>>;
  readonly usageMissing: number;
}

/** Real SDK providers for the length of a test, with the metric producer or without. */
export function useTelemetry(produced = false): Telemetry {
  const producer = produced ? createMetricProducer({ temporality: 'delta' }) : undefined;
  const telemetry = createTelemetry({ metricProducers: producer === undefined ? [] : [producer] });
  producer?.attach(telemetry.meterProvider);
  onTestFinished(() => telemetry.shutdown());
  return telemetry;
}

/** Lets the clock go on, in a turn of the event loop of its own. */
export async function pass(millis: number): Promise<void> {
  await turn();
  vi.advanceTimersByTime(millis);
}

/** A server that sends what the script says, and fails where it has an error. */
export async function* play(script: Script): AsyncGenerator<FakeChunk, void> {
  for (const [millis, chunk] of script) {
    if (millis !== 0) await pass(millis);
    if (chunk instanceof Error) throw chunk;
    yield chunk;
  }
}

export const streamOf = (script: Script): FakeStream => new FakeStream(() => play(script));

/** A wrapped client whose one method does what `answer` does. */
export function createWrapped<Answer>(
  { meterProvider, tracerProvider }: Required<Pick<WrapOptions, 'meterProvider' | 'tracerProvider'>>,
  answer: () => Answer,
  options: WrapOptions = {},
  descriptor: Partial<ProviderDescriptor> = {},
): ReturnType<typeof createFakeClient<Answer>> {
  const client = createFakeClient(answer);
  return wrapClient(client, { ...provider, ...descriptor }, { meterProvider, tracerProvider, ...options });
}

/** Reads a stream to its end, spending time on each chunk; an error of the stream is given back. */
export async function consume(client: Client, spend?: () => unknown): Promise<unknown> {
  try {
    for await (const _ of (await client.chat.create({ model: 'fake-1' })) as FakeStream) await spend?.();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Plays one script to one consumer and says how it was measured. */
export async function figuresOf(
  script: Script,
  use: (client: Client) => Promise<unknown> = consume,
  produced = false,
): Promise<Figures> {
  const telemetry = useTelemetry(produced);
  await use(createWrapped(telemetry, async () => streamOf(script)));
  return figures(await telemetry.metrics());
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Every figure of the `llm` instruments, and the GenAI ones per chunk. */
export function figures(rows: readonly MetricRow[]): Figures {
  const histogram = (name: string): readonly [number, number] | undefined => {
    const found = rows.filter((row) => row.name === name).filter((row) => row.type === 'histogram');
    const count = found.reduce((total, row) => total + row.count, 0);
    return count === 0 ? undefined : [count, round(found.reduce((total, row) => total + row.sum, 0))];
  };
  const sums = (name: string, label: string): Record<string, number> => {
    const found: Record<string, number> = {};
    for (const row of rows) {
      if (row.name !== name || row.type === 'histogram') continue;
      const value = String(row.attributes[label]);
      found[value] = (found[value] ?? 0) + row.value;
    }
    return found;
  };
  const total = (name: string): number =>
    Object.values(sums(name, 'operation')).reduce((left, right) => left + right, 0);
  return {
    outcomes: sums('llm_requests_total', 'outcome'),
    inFlight: total('llm_requests_in_flight'),
    duration: histogram('llm_request_duration_seconds')?.[1],
    streamDuration: histogram('llm_stream_duration_seconds')?.[1],
    firstToken: histogram('llm_time_to_first_token_seconds')?.[1],
    firstOutputToken: histogram('llm_time_to_first_output_token_seconds')?.[1],
    firstChunk: histogram('gen_ai.client.inference.time_to_first_chunk')?.[1],
    gaps: histogram('llm_inter_token_latency_seconds'),
    chunkGaps: histogram('gen_ai.client.inference.time_per_output_chunk'),
    perOutputToken: histogram('llm_time_per_output_token_seconds')?.[1],
    tokensPerSecond: histogram('llm_tokens_per_second')?.[1],
    tokens: { ...sums('llm_tokens_total', 'type'), ...sums('llm_token_details_total', 'type') },
    usageMissing: total('llm_usage_missing_total'),
  };
}

/** The only span. */
export function onlySpan(telemetry: Telemetry): SpanRow {
  const spans = telemetry.spans();
  if (spans.length !== 1) throw new Error(`expected one span, not ${spans.length}`);
  return spans[0]!;
}
