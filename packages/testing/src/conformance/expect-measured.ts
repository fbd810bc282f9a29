import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import type { RequestLog } from '../mock/exchange.ts';
import type { MetricRow } from '../telemetry/rows.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { collectGarbage } from './garbage.ts';
import { MODEL } from './prompts.ts';
import type { Api, Measured, Tokens } from './suite.ts';
import { until } from './until.ts';

const AFTERMATH_MILLIS = 5;
const SAME_SECONDS = 1e-6;
/** Span statuses other than unset. Neither leaving nor an abort is an error of the call. */
const STATUS: Readonly<Record<string, RegExp>> = { error: /^ERROR$/, truncated: /^(UNSET|ERROR)$/ };

/** Each call counted once in every way, with the outcome, and nothing left open. */
export async function expectMeasured(
  api: Api,
  telemetry: Telemetry,
  measured: Measured,
  tokens: Tokens,
): Promise<void> {
  const { outcome, calls = 1, totals = {} } = measured;
  await untilCounted(telemetry, calls, outcome === 'abandoned');
  const rows = await telemetry.metrics();
  expectRequests(api, rows, measured);
  expectSpans(api, telemetry, rows, measured);
  const inFlight = rows.filter(({ name }) => name === 'llm_requests_in_flight');
  expect(inFlight.map((row) => 'value' in row && row.value)).toEqual([0]);
  const isCounted = outcome === 'ok' && !measured.unread;
  const { 'llm_tokens_total input': input, ...output } = tokenTotals(isCounted ? tokens : { input: 0, output: 0 });
  const isKnown = isCounted || !api.tellsInputFirst;
  const expected = { ...totals, ...output, ...(isKnown && { 'llm_tokens_total input': input }) };
  const found = await Promise.all(Object.keys(expected).map(async (key) => [key, await totalOf(telemetry, key)]));
  expect(Object.fromEntries(found)).toEqual(expected);
}

/** The last usage that the server sent on each request, added up. */
export function tokensSent(api: Api, requests: readonly RequestLog[]): Tokens {
  const usages = requests.map(({ chunks }) => chunks.map(({ data }) => usageIn(api, data)).findLast((usage) => usage));
  const add = (kind: keyof Tokens): number => usages.reduce((total, usage) => total + (usage?.[kind] ?? 0), 0);
  return { input: add('input'), output: add('output') };
}

/** Waits until so many calls are counted and have their spans, or patience ends; then a little longer for what should not come. */
async function untilCounted(telemetry: Telemetry, calls: number, withGarbage = false): Promise<void> {
  await until(async () => {
    if (withGarbage) collectGarbage();
    return telemetry.spans().length >= calls && (await telemetry.total('llm_requests_total')) >= calls;
  });
  await setTimeout(AFTERMATH_MILLIS);
}

function usageIn(api: Api, data: string): Tokens | undefined {
  return data.includes('"usage"') ? api.usageOf(JSON.parse(data.replace(/^(event: .*\n)?data: /, ''))) : undefined;
}

function expectRequests(
  { operation }: Api,
  rows: readonly MetricRow[],
  { outcome, calls = 1, errorType }: Measured,
): void {
  const requests = rows.filter(({ name }) => name === 'llm_requests_total');
  const attributes: Record<string, unknown> = { provider: 'nvidia-nim', model: MODEL, operation, outcome };
  if (outcome === 'error') attributes.error_type = errorType ?? expect.any(String);
  expect(requests).toMatchObject([{ value: calls, attributes }]);
  if (outcome === 'ok') expect(requests[0]?.attributes).not.toHaveProperty('error_type');
}

function expectSpans(
  { operation }: Api,
  telemetry: Telemetry,
  rows: readonly MetricRow[],
  { outcome, calls = 1 }: Measured,
): void {
  // What is around calls, such as a loop of tools, is a span of its own.
  const spans = telemetry.spans().filter(({ kind }) => kind !== 'INTERNAL');
  const code = expect.stringMatching(STATUS[outcome] ?? /^(UNSET|OK)$/);
  expect(spans).toMatchObject(Array(calls).fill({ name: `${operation} ${MODEL}`, kind: 'CLIENT', status: { code } }));
  const durations = rows.filter(({ name }) => name === 'llm_request_duration_seconds');
  expect(durations).toMatchObject([{ count: calls, attributes: { outcome } }]);
  const inSpans = spans.reduce((total, { durationSeconds }) => total + durationSeconds, 0);
  const inMetric = durations[0]?.type === 'histogram' ? durations[0].sum : Number.NaN;
  expect(Math.abs(inMetric - inSpans)).toBeLessThan(calls * SAME_SECONDS);
}

function tokenTotals({ input, output }: Tokens): Record<`llm_tokens_total ${keyof Tokens}`, number> {
  return { 'llm_tokens_total input': input, 'llm_tokens_total output': output };
}

function totalOf(telemetry: Telemetry, key: string): Promise<number> {
  const [name = '', type] = key.split(' ');
  return telemetry.total(name, type === undefined ? {} : { type });
}
