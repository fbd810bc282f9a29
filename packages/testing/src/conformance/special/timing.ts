import { expect, it } from 'vitest';
import type { RequestLog } from '../../mock/exchange.ts';
import { CANONICAL, QUICK } from '../../mock/scenario.ts';
import type { MetricRow } from '../../telemetry/rows.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { expectMeasured, tokensSent } from '../expect-measured.ts';
import { useNim, useTelemetry } from '../play-case.ts';
import { MODEL } from '../prompts.ts';
import { readStream } from '../seen.ts';
import type { Api, Client, ProviderSuite } from '../suite.ts';

const TOLERANCE_SECONDS = 0.005;
/** A loaded machine delivers a chunk late now and then; the wrap cannot be right by luck. */
const RETRIES = 5;

/** Seconds against the server's own log. */
export function describeTiming(suite: ProviderSuite, api: Api): void {
  const title = 'times the canonical stream as the server does';
  const reason = suite.lacks?.[title];
  if (reason === undefined) it(title, { retry: RETRIES }, () => expectTimes(suite, api));
  else it.skip(`${title} (${reason})`);
  it('keeps the consumer’s time out of the gaps', { retry: RETRIES }, () => expectGaps(suite, api));
}

async function expectTimes(suite: ProviderSuite, api: Api): Promise<void> {
  const { telemetry, client, nim } = await warmClient(suite, api);
  const { text } = await readStream(api, await api.stream(client, api.streamed));
  expect(text.split(' ')).toHaveLength(52);
  const { input } = tokensSent(api, nim.requests.slice(1));
  await expectMeasured(api, telemetry, { outcome: 'ok' }, { input, output: 52 });
  const log = nim.requests[1]!;
  const single = singles(await telemetry.metrics());
  const firstAt = api.reasoningMark === undefined ? 0.4 : 0.2;
  expectNear(single.llm_time_to_first_token_seconds, sentAfter(log, api.reasoningMark ?? api.textMark));
  expectNear(single.llm_time_to_first_token_seconds, firstAt);
  expectNear(single.llm_time_to_first_output_token_seconds, sentAfter(log, api.textMark));
  expectNear(single.llm_time_to_first_output_token_seconds, 0.4);
  expectNear(single.llm_stream_duration_seconds, (log.endedAt! - log.receivedAt) / 1000);
  expect(single.llm_request_duration_seconds).toBeCloseTo(telemetry.spans()[0]!.durationSeconds, 6);
  expectNear(single.llm_time_per_output_token_seconds, (1.4 - firstAt) / 51);
  expect(single.llm_tokens_per_second).toBeCloseTo(51 / (1.4 - firstAt), -0.5);
}

async function expectGaps(suite: ProviderSuite, api: Api): Promise<void> {
  const { telemetry, client } = await warmClient(suite, api);
  // What the loop took by the clock: on a busy machine that is more than it was told to take.
  const spent: number[] = [];
  const tokensAt: number[] = [];
  for await (const item of await api.stream(client, api.streamed)) {
    if (isToken(api, item)) tokensAt.push(spent.length);
    spent.push(spin(3));
  }
  // What is spent before the first token and after the last is near no gap.
  const between = spent.slice(tokensAt[0], tokensAt.at(-1));
  const spentSeconds = between.reduce((sum, millis) => sum + millis, 0) / 1000;
  const gaps = (await telemetry.metrics()).find(({ name }) => name === 'llm_inter_token_latency_seconds');
  const thoughts = api.reasoningMark === undefined ? 0 : 1;
  expect(gaps).toMatchObject({ type: 'histogram', count: 50 + thoughts });
  expectNear(gaps?.type === 'histogram' ? gaps.sum : undefined, 1 + 0.2 * thoughts - spentSeconds, 0.02);
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

/** Seconds from the arrival of the request to the first chunk with this in it. */
function sentAfter({ receivedAt, chunks }: RequestLog, part: string): number {
  return (chunks.find(({ data }) => data.includes(part))!.at - receivedAt) / 1000;
}

function expectNear(found: number | undefined, wanted: number, tolerance: number = TOLERANCE_SECONDS): void {
  expect(found).toBeGreaterThan(wanted - tolerance);
  expect(found).toBeLessThan(wanted + tolerance);
}

/** Keeps the processor busy, and gives the milliseconds that it did. */
function spin(millis: number): number {
  const start = performance.now();
  while (performance.now() < start + millis);
  return performance.now() - start;
}
