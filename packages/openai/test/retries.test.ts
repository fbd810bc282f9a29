import type { Telemetry } from '@grump/llm-otel-testing';
import { diag } from '@opentelemetry/api';
import OpenAI from 'openai';
import OpenAI4 from 'openai-4';
import OpenAI5 from 'openai-5';
import OpenAI6 from 'openai-6';
import { describe, expect, it, vi } from 'vitest';
import { useTelemetry } from '../../core/test/measure';
import { wrapOpenAI } from '../src/index';

type Answer = () => Response | Promise<Response>;
type Fetch = typeof globalThis.fetch;

const VERSIONS = [
  ['openai 7', OpenAI],
  ['openai 6', OpenAI6],
  ['openai 5', OpenAI5],
  ['openai 4', OpenAI4],
] as const;

const BODY = {
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: {} }],
};
const REQUEST = { model: 'm', messages: [] };

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Answer => {
  return () => Response.json(body, { status, headers });
};
const ok = json(BODY);
const SOON = { 'retry-after-ms': '1' };
const refuse = (status: number, headers: Record<string, string> = SOON) =>
  json({ error: { message: 'no' } }, status, headers);
const disconnect: Answer = () => {
  throw new TypeError('fetch failed');
};

/** A client of some version whose requests are answered in turn, the last answer for ever. */
function createClient(SDK: unknown, answers: readonly Answer[], maxRetries = 3): OpenAI {
  const left = [...answers];
  const fetch: Fetch = async () => (left.length > 1 ? left.shift() : left[0])!();
  const Made = SDK as typeof OpenAI;
  const baseURL = 'https://integrate.api.nvidia.com/v1';
  return new Made({ apiKey: 'none', maxRetries, logLevel: 'off', baseURL, fetch });
}

/** The first time, spans wait for what records retries to be loaded. */
const untilSpans = (telemetry: Telemetry, count: number) =>
  vi.waitUntil(() => telemetry.spans().length === count, { interval: 1 });

/** Calls once and gives what was said of retries. */
async function call(SDK: unknown, answers: readonly Answer[], maxRetries?: number) {
  const telemetry = useTelemetry();
  const client = createClient(SDK, answers, maxRetries);
  // A connection that failed is waited for by the SDK's own measure.
  Object.assign(client, { calculateDefaultRetryTimeoutMillis: () => 1 });
  wrapOpenAI(client, telemetry);
  const error = await client.chat.completions.create(REQUEST).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  await untilSpans(telemetry, 1);
  const [span] = telemetry.spans();
  const retries = (await telemetry.metrics()).filter(({ name }) => name === 'llm_retries_total');
  return {
    error,
    span: span!,
    events: span!.events.map(({ name, attributes }) => [name, attributes]),
    counted: Object.fromEntries(retries.map((row) => [row.attributes.error_type, 'value' in row && row.value])),
  };
}

describe.each(VERSIONS)('retries of %s', (_, SDK) => {
  it('are counted by what was wrong, and are events with the wait that the server asked for', async () => {
    const { error, span, events, counted } = await call(SDK, [
      refuse(429, { 'retry-after': '2', ...SOON }),
      refuse(503, { 'retry-after': '0' }),
      disconnect,
      ok,
    ]);
    expect(error).toBeUndefined();
    expect(counted).toEqual({ 429: 1, 503: 1, APIConnectionError: 1 });
    expect(events).toEqual([
      ['retry', { 'http.request.resend_count': 1, 'http.response.status_code': 429, 'llm.retry_after': 0.001 }],
      ['retry', { 'http.request.resend_count': 2, 'http.response.status_code': 503, 'llm.retry_after': 0 }],
      ['retry', { 'http.request.resend_count': 3, 'error.type': 'APIConnectionError' }],
    ]);
    expect(span.attributes).toMatchObject({ 'llm.outcome': 'ok', 'http.request.resend_count': 3 });
  });

  it('that run out are those of the call that failed, with the headers of the last answer', async () => {
    const limits = { 'x-ratelimit-remaining-requests': '0', 'x-request-id': 'req_1', 'retry-after': '7', ...SOON };
    const { error, span, events, counted } = await call(SDK, [refuse(429, limits)], 2);
    expect(error).toBeInstanceOf(Error);
    expect(counted).toEqual({ 429: 2 });
    expect(events).toHaveLength(2);
    expect(span.attributes).toMatchObject({
      'error.type': '429',
      'http.request.resend_count': 2,
      'http.response.header.retry-after': ['7'],
      'http.response.header.x-request-id': ['req_1'],
      'http.response.header.x-ratelimit-remaining-requests': ['0'],
    });
  });

  it('are none where the first try is answered', async () => {
    const { span, events, counted } = await call(SDK, [ok]);
    expect([events, counted]).toEqual([[], {}]);
    expect(span.attributes).not.toHaveProperty('http.request.resend_count');
  });

  it('belong to their call, also where calls with the same request overlap', async () => {
    const telemetry = useTelemetry();
    const answers = [refuse(429), ok, refuse(500), refuse(502), ok, ok];
    const client = wrapOpenAI(createClient(SDK, answers), telemetry);
    await Promise.all([1, 2, 3].map(() => client.chat.completions.create(REQUEST)));
    await untilSpans(telemetry, 3);
    const statuses = telemetry
      .spans()
      .map(({ events }) => events.map((event) => event.attributes['http.response.status_code']));
    expect(statuses.flat().sort()).toEqual([429, 500, 502]);
    expect(await telemetry.total('llm_retries_total')).toBe(3);
    for (const span of telemetry.spans())
      expect(span.attributes['http.request.resend_count'] ?? 0).toBe(span.events.length);
  });

  it('are counted for copies of the client too', async () => {
    const telemetry = useTelemetry();
    const client = wrapOpenAI(createClient(SDK, [refuse(429), ok], 0), telemetry);
    const copy = (client as { withOptions?: OpenAI['withOptions'] }).withOptions?.({ maxRetries: 1 });
    // openai 4 has none.
    if (copy === undefined) return;
    await copy.chat.completions.create(REQUEST);
    await untilSpans(telemetry, 1);
    expect(await telemetry.total('llm_retries_total')).toBe(1);
  });

  it('leave the client as it looks, and a spy a spy', async () => {
    const client = createClient(SDK, [refuse(429), ok]);
    const retry = vi.fn((client as unknown as { retryRequest: () => unknown }).retryRequest);
    Object.assign(client, { retryRequest: retry });
    const keys = Object.keys(client);
    wrapOpenAI(wrapOpenAI(client, useTelemetry()), useTelemetry());
    expect(Object.keys(client)).toEqual(keys);
    await client.chat.completions.create(REQUEST);
    expect(retry).toHaveBeenCalledTimes(1);
    expect((client as unknown as { retryRequest: typeof retry }).retryRequest.mock.calls).toHaveLength(1);
  });

  it('are not counted in calls of nobody', async () => {
    const warn = vi.spyOn(diag, 'warn');
    const telemetry = useTelemetry();
    const client = wrapOpenAI(createClient(SDK, [refuse(429), json({ data: [], object: 'list' })]), telemetry);
    await client.models.list();
    expect(await telemetry.total('llm_retries_total')).toBe(0);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});

describe('the wait that the server asks for', () => {
  it.each([
    [{ 'retry-after-ms': '1.5' }, 0.0015],
    [{ 'retry-after-ms': 'soon', 'retry-after': '0.001' }, 0.001],
    [{ 'retry-after': '-1', ...SOON }, 0.001],
    [{ 'retry-after': new Date(0).toUTCString() }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j is %s seconds', async (headers, seconds) => {
    const { events } = await call(OpenAI, [refuse(429, headers as Record<string, string>), ok]);
    expect(events).toMatchObject([['retry', seconds === undefined ? {} : { 'llm.retry_after': seconds }]]);
    if (seconds === undefined) expect(events[0]?.[1]).not.toHaveProperty('llm.retry_after');
  });

  it('a date is counted from now', async () => {
    const at = new Date(Date.now() + 1500).toUTCString();
    const { events } = await call(OpenAI, [refuse(429, { 'retry-after': at }), ok]);
    const { 'llm.retry_after': seconds } = events[0]![1] as Record<string, number>;
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(seconds).toBeLessThanOrEqual(1.5);
  });
});
