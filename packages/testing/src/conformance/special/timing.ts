import { expect, it } from 'vitest';
import { CANONICAL, QUICK } from '../../mock/scenario.ts';
import type { MetricRow } from '../../telemetry/rows.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { expectMeasured, tokensSent } from '../expect-measured.ts';
import { useNim, useTelemetry } from '../play-case.ts';
import { MODEL } from '../prompts.ts';
import type { Api, Client, ProviderSuite } from '../suite.ts';

/** Readings of one clock, taken in other places. */
const SAME_MILLIS = 0.5;
/** A busy machine takes the processor away between the wrap's reading and the consumer's now and then. */
const MOST_OF = 0.8;

/**
 * Times against the server's own log, and the consumer's. The three share one clock: what the wrap saw, it saw after the
 * server sent it and before the consumer had it, however late either was.
 */
export function describeTiming(suite: ProviderSuite, api: Api): void {
  it('times the canonical stream between its server and its consumer', () => expectTimes(suite, api));
  it('keeps the consumer’s time out of the gaps', () => expectGaps(suite, api));
}

async function expectTimes(suite: ProviderSuite, api: Api): Promise<void> {
  const { telemetry, client, nim } = await warmClient(suite, api);
  const { startedAt, items, endedAt } = await readTimed(await timed(() => api.stream(client, api.streamed)));
  expect(
    items
      .map(({ item }) => api.textOf(item))
      .join('')
      .split(' '),
  ).toHaveLength(52);
  const { input } = tokensSent(api, nim.requests.slice(1));
  await expectMeasured(api, telemetry, { outcome: 'ok' }, { input, output: 52 });
  const log = nim.requests[1]!;
  const single = singles(await telemetry.metrics());
  const firstMark = api.reasoningMark ?? api.textMark;
  const sent = (mark: string) => log.chunks.find(({ data }) => data.includes(mark))!.at;
  const seen = (mark: string) => items.find(({ item }) => JSON.stringify(item).includes(mark))!.at;
  const since = (mark: string): Bounds => [sent(mark) - log.receivedAt, seen(mark) - startedAt];
  expectWithin(single.llm_time_to_first_token_seconds, since(firstMark));
  expectWithin(single.llm_time_to_first_output_token_seconds, since(api.textMark));
  expectWithin(single.llm_stream_duration_seconds, [log.endedAt! - log.receivedAt, endedAt - startedAt]);
  expect(single.llm_request_duration_seconds).toBeCloseTo(telemetry.spans()[0]!.durationSeconds, 6);
  const lastSent = log.chunks.findLast(({ data }) => isToken(api, parsed(data)))!.at;
  const lastSeen = items.findLast(({ item }) => isToken(api, item))!.at;
  const perToken = single.llm_time_per_output_token_seconds!;
  expectWithin(perToken * 51, [lastSent - seen(firstMark), lastSeen - sent(firstMark)]);
  expect(single.llm_tokens_per_second).toBeCloseTo(1 / perToken, 6);
}

async function expectGaps(suite: ProviderSuite, api: Api): Promise<void> {
  const { telemetry, client } = await warmClient(suite, api);
  const { items } = await readTimed(await timed(() => api.stream(client, api.streamed)), () => spin(3));
  const gaps = (await telemetry.metrics()).find(({ name }) => name === 'llm_inter_token_latency_seconds');
  const thoughts = api.reasoningMark === undefined ? 0 : 1;
  expect(gaps).toMatchObject({ type: 'histogram', count: 50 + thoughts });
  // What the loop waited for, by its own clock, from the first token to the last.
  const first = items.findIndex(({ item }) => isToken(api, item));
  const last = items.findLastIndex(({ item }) => isToken(api, item));
  const waited = items
    .slice(first + 1, last + 1)
    .reduce((sum, { at }, place) => sum + at - items[first + place]!.leftAt, 0);
  expectWithin(gaps?.type === 'histogram' ? gaps.sum : undefined, [MOST_OF * waited, waited]);
}

/** Milliseconds, at least and at most. */
type Bounds = readonly [least: number, most: number];

interface Timed {
  readonly item: unknown;
  /** When the consumer had it, and when it was done with it. */
  readonly at: number;
  readonly leftAt: number;
}

async function timed(call: () => Promise<AsyncIterable<unknown>>) {
  const startedAt = performance.now();
  return { startedAt, stream: await call() };
}

async function readTimed(
  { startedAt, stream }: { readonly startedAt: number; readonly stream: AsyncIterable<unknown> },
  work: () => void = () => {},
) {
  const items: Timed[] = [];
  for await (const item of stream) {
    const at = performance.now();
    work();
    items.push({ item, at, leftAt: performance.now() });
  }
  return { startedAt, items, endedAt: performance.now() };
}

/** The data of an event as it was written. */
function parsed(event: string): unknown {
  const data = event.slice(event.indexOf('data: ') + 'data: '.length).trim();
  return data === '[DONE]' ? {} : JSON.parse(data);
}

const isToken = (api: Api, item: unknown): boolean =>
  api.textOf(item) !== '' || (api.reasoningMark !== undefined && JSON.stringify(item).includes(api.reasoningMark));

/** A client whose connection is open, and telemetry that has forgotten how. */
async function warmClient(
  suite: ProviderSuite,
  api: Api,
): Promise<{
  telemetry: Telemetry;
  client: Client;
  nim: Awaited<ReturnType<typeof useNim>>;
}> {
  const nim = await useNim((_, index) => (index === 0 ? QUICK : CANONICAL));
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const bare = suite.createClient({ baseURL: nim.baseURL });
  await api.create(bare, api.plain);
  const client = suite.wrap(bare, { provider: 'nvidia-nim', meterProvider, tracerProvider });
  return { telemetry, client, nim };
}

/** Sums of the histograms that hold one sample. */
function singles(rows: readonly MetricRow[]): Record<string, number | undefined> {
  const ours = rows.filter((row) => row.attributes.model === MODEL);
  return Object.fromEntries(
    ours.map((row) => [row.name, row.type === 'histogram' && row.count === 1 ? row.sum : undefined]),
  );
}

function expectWithin(seconds: number | undefined, [least, most]: Bounds): void {
  expect(seconds! * 1000).toBeGreaterThan(least - SAME_MILLIS);
  expect(seconds! * 1000).toBeLessThan(most + SAME_MILLIS);
}

/** Keeps the processor busy. */
function spin(millis: number): void {
  const end = performance.now() + millis;
  while (performance.now() < end);
}
