import './fake-timers';
import { setImmediate as turn } from 'node:timers/promises';
import { diag } from '@opentelemetry/api';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallSummary } from '../src/call-summary';
import type { WrapOptions } from '../src/options';
import { wrapClient } from '../src/wrap';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { createFakeClient, provider } from './fake-sdk';
import { consume, figures, onlySpan, type Script, streamOf, useTelemetry } from './measure';

const USAGE = { input: 3, output: 5, reasoning: 1 };
const RESULT = { end: 'stop', usage: USAGE, model: 'fake-1-2026', cost: 0.25 };
const SCRIPT: Script = [
  [100, {}],
  [200, { kind: 'reasoning', model: 'fake-1-2026' }],
  [50, { kind: 'text' }],
  [400, { kind: 'text', end: 'stop', usage: USAGE }],
];

/** A client with `onCall`, and what that was told. */
function createTold(answer: () => unknown, options: WrapOptions = {}) {
  const told: CallSummary[] = [];
  const onCall = (summary: CallSummary) => void told.push(summary);
  return { told, client: wrapClient(createFakeClient(answer), provider, { onCall, ...options }) };
}

// The module that makes summaries is loaded by then.
beforeEach(async () => {
  const { told, client } = createTold(async () => RESULT);
  await client.chat.create({ model: 'fake-1' });
  await vi.waitFor(() => expect(told).toHaveLength(1));
});

describe('onCall', () => {
  it('is told of a stream what the metrics and the span say', async () => {
    const telemetry = useTelemetry();
    const { told, client } = createTold(async () => streamOf(SCRIPT), telemetry);
    await consume(client);
    const [summary] = told;
    expect(told).toEqual([
      {
        provider: 'fake',
        operation: 'chat',
        model: 'fake-1',
        responseModel: 'fake-1-2026',
        outcome: 'ok',
        errorType: undefined,
        startedAt: expect.any(Number),
        durationSeconds: 0.75,
        stream: true,
        timeToFirstTokenSeconds: 0.3,
        timeToFirstOutputTokenSeconds: 0.35,
        timePerOutputTokenSeconds: 0.1125,
        tokensPerSecond: 1 / 0.1125,
        maxGapSeconds: 0.4,
        usage: USAGE,
        finishReasons: ['stop'],
        cost: undefined,
        responseId: undefined,
        requestId: undefined,
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
        spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
    ]);
    const recorded = figures(await telemetry.metrics());
    expect(summary).toMatchObject({
      durationSeconds: recorded.streamDuration,
      timeToFirstTokenSeconds: recorded.firstToken,
      timeToFirstOutputTokenSeconds: recorded.firstOutputToken,
      timePerOutputTokenSeconds: recorded.perOutputToken,
      tokensPerSecond: expect.closeTo(recorded.tokensPerSecond!, 5),
    });
    const span = onlySpan(telemetry);
    expect(summary).toMatchObject({ traceId: span.traceId, spanId: span.spanId });
    expect(summary!.maxGapSeconds).toBe(span.attributes['llm.stream.max_gap']);
  });

  it('is told of a result, without any OpenTelemetry', async () => {
    const before = Date.now();
    const { told, client } = createTold(async () => RESULT);
    await client.chat.create({ model: 'fake-1' });
    expect(told).toMatchObject([
      { outcome: 'ok', stream: false, usage: USAGE, cost: { usd: 0.25, source: 'provider' }, traceId: undefined },
    ]);
    const [{ startedAt, timeToFirstTokenSeconds, maxGapSeconds }] = told as [CallSummary];
    expect([timeToFirstTokenSeconds, maxGapSeconds]).toEqual([undefined, undefined]);
    expect(startedAt).toBeGreaterThanOrEqual(before);
    expect(startedAt).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['error', async () => Promise.reject(new RangeError('secret')), { errorType: 'RangeError' }],
    ['aborted', async () => Promise.reject(new DOMException('secret', 'AbortError')), { errorType: 'DOMException' }],
    ['truncated', async () => streamOf([[1, { kind: 'text' }]]), { errorType: undefined }],
  ])('is told once of a call that ends by %s', async (outcome, answer, more) => {
    const { told, client } = createTold(answer);
    await consume(client as Parameters<typeof consume>[0]);
    expect(told).toMatchObject([{ outcome, ...more }]);
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  it.each([
    ['x-request-id', 'req-1'],
    ['request-id', 'req-2'],
    ['nvcf-reqid', 'req-3'],
  ])('has the id of the request from the header %s', async (header, id) => {
    const answer = () => new FakeApiPromise(Promise.resolve(createProps({ [header]: id })), async () => RESULT);
    const { told, client } = createTold(answer);
    await client.chat.create({ model: 'fake-1' });
    expect(told).toMatchObject([{ requestId: id }]);
  });

  it("has the cost by the user's function, which runs once", async () => {
    const pricing = vi.fn(() => 0.5);
    const { told, client } = createTold(async () => ({ ...RESULT, cost: undefined }), { pricing });
    await client.chat.create({ model: 'fake-1' });
    expect(told).toMatchObject([{ cost: { usd: 0.5, source: 'user' } }]);
    expect(pricing).toHaveBeenCalledTimes(1);
  });

  it('finds the call recorded, its span ended', async () => {
    const telemetry = useTelemetry();
    let spans = -1;
    const onCall = () => {
      spans = telemetry.spans().length;
    };
    const { client } = createTold(async () => RESULT, { ...telemetry, onCall });
    await client.chat.create({ model: 'fake-1' });
    expect(spans).toBe(1);
  });

  it('has the ids of the span, also while that waits for the content', async () => {
    const telemetry = useTelemetry();
    const { told, client } = createTold(async () => RESULT, { ...telemetry, content: 'span' });
    await client.chat.create({ model: 'fake-1' });
    await vi.waitFor(() => expect(telemetry.spans()).toHaveLength(1));
    const { traceId, spanId } = onlySpan(telemetry);
    expect(told).toMatchObject([{ traceId, spanId }]);
  });

  it('gets an object of its own, in plain data', async () => {
    const { told, client } = createTold(async () => RESULT);
    await client.chat.create({ model: 'fake-1' });
    expect(structuredClone(told)).toEqual(told);
    (told[0]!.usage as { input: number }).input = 1000;
    await client.chat.create({ model: 'fake-1' });
    expect(told[1]!.usage).toEqual(USAGE);
  });

  it('waits for nobody, and what it throws is told once', async () => {
    const warn = vi.fn();
    diag.setLogger({ warn, error: warn, info: warn, debug: warn, verbose: warn });
    const onCall = vi.fn(async () => Promise.reject(new Error('the database is away')));
    const { client } = createTold(async () => RESULT, { onCall: onCall as never });
    for (let time = 0; time < 3; time++) expect(await client.chat.create({ model: 'fake-1' })).toBe(RESULT);
    await turn();
    diag.disable();
    expect(onCall).toHaveBeenCalledTimes(3);
    expect(warn.mock.calls.map(([line]) => line)).toEqual([expect.stringContaining('onCall failed')]);
  });
});

it('without onCall nothing is read for it', async () => {
  const props = createProps({ 'x-request-id': 'req-1' });
  const get = vi.spyOn(props.response.headers, 'get');
  const client = wrapClient(
    createFakeClient(() => new FakeApiPromise(Promise.resolve(props), async () => RESULT)),
    provider,
  );
  await client.chat.create({ model: 'fake-1' });
  expect(get.mock.calls.flat()).not.toContain('apim-request-id');
});
