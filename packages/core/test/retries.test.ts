import './fake-timers';
import { expect, it, vi } from 'vitest';
import { wrapClient } from '../src/wrap';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { type FakeChunk, provider } from './fake-sdk';
import { onlySpan, useTelemetry } from './measure';

/** A try that failed: with a status and headers, or without a response. */
type Failure = readonly [status: number, headers?: Record<string, string>] | undefined;
type Request = { readonly model?: string };

const STOP: FakeChunk = { end: 'stop' };

/** A client that repeats its one call as the SDKs do, 10 ms after each failure, and ends it with an answer or an error. */
class RetryingClient {
  readonly chat = {
    create: (_: Request): unknown => {
      const options = {};
      const response = this.attempt(options, 0).then(() => ({ ...createProps(), options }));
      return new FakeApiPromise(response, async () => STOP);
    },
  };

  constructor(
    readonly failures: readonly Failure[],
    readonly error?: unknown,
    readonly handsOn: (headers: Headers) => unknown[] = (headers) => ['log', headers],
  ) {}

  shouldRetry(response: { readonly status: number }): boolean {
    return response.status !== 400;
  }

  async attempt(options: object, tries: number): Promise<void> {
    if (tries === this.failures.length) {
      if (this.error !== undefined) throw this.error;
      return;
    }
    const failure = this.failures[tries];
    const headers = new Headers(failure?.[1]);
    vi.advanceTimersByTime(10);
    if (failure === undefined) return this.retryRequest(options, tries, 'log');
    if (this.shouldRetry({ status: failure[0], ...{ headers } })) {
      return this.retryRequest(options, tries, ...this.handsOn(headers));
    }
  }

  async retryRequest(options: object, tries: number, ..._: unknown[]): Promise<void> {
    // The SDKs wait before the next try.
    await undefined;
    await this.attempt(options, tries + 1);
  }
}

/** Calls once, and says what is counted and what is on the span. */
async function call(client: object) {
  const telemetry = useTelemetry();
  const { chat } = wrapClient(client as RetryingClient, provider, telemetry);
  const error: unknown = await (chat.create({ model: 'fake-1' }) as Promise<unknown>).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  // The first time, the span waits for what records retries to be loaded.
  await vi.waitUntil(() => telemetry.spans().length === 1, { interval: 1 });
  const { attributes, events, durationSeconds } = onlySpan(telemetry);
  const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_retries_total');
  return {
    error,
    durationSeconds,
    count: attributes['http.request.resend_count'],
    events: events.map(({ name, attributes: noted }) => [name, noted]),
    counted: rows.map((row) => [row.attributes, 'value' in row && row.value]),
  };
}

const refused = (count: number, status: number, more: object = {}) => [
  'retry',
  { 'http.request.resend_count': count, 'http.response.status_code': status, ...more },
];
const LABELS = { provider: 'fake', model: 'fake-1' };

it('counts the retries of a call by what was wrong, and has an event for each', async () => {
  const { error, count, events, counted, durationSeconds } = await call(
    new RetryingClient([[429], [503], undefined, [503]]),
  );
  expect(error).toBeUndefined();
  expect(count).toBe(4);
  expect(events).toEqual([
    refused(1, 429),
    refused(2, 503),
    ['retry', { 'http.request.resend_count': 3, 'error.type': 'APIConnectionError' }],
    refused(4, 503),
  ]);
  expect(counted).toEqual([
    [{ ...LABELS, error_type: '429' }, 1],
    [{ ...LABELS, error_type: '503' }, 2],
    [{ ...LABELS, error_type: 'APIConnectionError' }, 1],
  ]);
  expect(durationSeconds).toBeCloseTo(0.04, 6);
});

it('counts those of a call that fails for good, which has nothing but its error to be known by', async () => {
  const refusal = new Error('busy');
  const { error, count, events } = await call(new RetryingClient([[500], [500]], refusal));
  expect(error).toBe(refusal);
  expect(count).toBe(2);
  expect(events).toEqual([refused(1, 500), refused(2, 500)]);
});

it('finds none in an error that is no object', async () => {
  const { error, count, events } = await call(new RetryingClient([[500]], 'no'));
  expect([error, count, events]).toEqual(['no', undefined, []]);
});

it('says nothing of a call that succeeds at once, nor of a client that repeats none', async () => {
  const nothing = { error: undefined, count: undefined, events: [], counted: [] };
  expect(await call(new RetryingClient([]))).toMatchObject(nothing);
  const chat = { create: async () => STOP };
  expect(await call({ chat, shouldRetry: 'never' })).toMatchObject(nothing);
});

it('takes the last response where the SDK hands on headers of its own making', async () => {
  const copies = (headers: Headers) => ['log', new Headers(headers)];
  const { events } = await call(new RetryingClient([[429, { 'retry-after': '3' }]], undefined, copies));
  expect(events).toEqual([refused(1, 429, { 'llm.retry_after': 3 })]);
});

it('takes the SDK’s own span for no headers', async () => {
  const traced = (headers: Headers) => ['log', headers, { spanContext: () => undefined }];
  const { events } = await call(new RetryingClient([[429]], undefined, traced));
  expect(events).toEqual([refused(1, 429)]);
});

it.each([
  ['seconds', { 'retry-after': '2.5' }, 2.5],
  ['none at all', { 'retry-after': '0' }, 0],
  ['milliseconds, which go first', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1.5],
  ['no milliseconds', { 'retry-after-ms': '0', 'retry-after': '9' }, 0],
  ['milliseconds before now', { 'retry-after-ms': '-1', 'retry-after': '9' }, 9],
  ['words', { 'retry-after': 'later' }, undefined],
  ['a time that is over', { 'retry-after': '-5' }, undefined],
] as const)('says how long the server asked to wait: %s', async (_, headers, seconds) => {
  const { events } = await call(new RetryingClient([[429, headers]]));
  expect(events).toEqual([refused(1, 429, seconds === undefined ? {} : { 'llm.retry_after': seconds })]);
});

it('counts a date from when the response was there', async () => {
  vi.setSystemTime(Date.UTC(2026, 0, 1));
  const headers = { 'retry-after': new Date(Date.now() + 10 + 4000).toUTCString() };
  const { events } = await call(new RetryingClient([[429, headers]]));
  // The header has whole seconds, and the first try took 10 ms.
  expect(events).toEqual([refused(1, 429, { 'llm.retry_after': 3.99 })]);
});
