import type Anthropic from '@anthropic-ai/sdk';
import { context, propagation, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { figures } from '../../core/test/measure';
import type { SpanMode } from '../src/index';
import { type Answer, block, message, REQUEST, read, start, stream, text, useWrapped, type Wrapped } from './wrapped';

afterEach(() => {
  trace.disable();
  context.disable();
  vi.unstubAllEnvs();
});

/** A text, as the service sends it. */
const HELLO = stream(block({ type: 'text', text: '' }), text('Hello'), { type: 'content_block_stop', index: 0 });

type Use = (client: Anthropic) => Promise<unknown>;

const plain: Use = (client) => client.messages.create(REQUEST);
const streamed: Use = (client) => read(client);
const helper: Use = (client) => client.messages.stream(REQUEST).finalMessage();

const WAYS: readonly (readonly [title: string, answer: Answer, use: Use])[] = [
  ['a plain call', { body: message() }, plain],
  ['withResponse()', { body: message() }, (client) => client.messages.create(REQUEST).withResponse()],
  ['asResponse()', { body: message() }, (client) => client.messages.create(REQUEST).asResponse()],
  ['a stream', { events: HELLO }, streamed],
  ['stream()', { events: HELLO }, helper],
  ['beta', { body: message() }, (client) => client.beta.messages.create(REQUEST)],
  ['parse()', { body: message() }, (client) => client.messages.parse(REQUEST)],
];

/** The spans of the calls, once they are over. */
async function callSpans({ telemetry }: Wrapped, calls = 1) {
  await expect.poll(() => telemetry.total('llm_requests_total')).toBe(calls);
  await new Promise((resolve) => setTimeout(resolve, 5));
  return telemetry.spans().filter(({ kind }) => kind === 'CLIENT');
}

/** With the SDK's tracing on, and the providers global. */
async function played(answer: Answer, use: Use, spans?: SpanMode) {
  const wrapped = useWrapped([answer], { registered: true, ...(spans && { spans }) });
  await use(wrapped.client);
  return { spans: await callSpans(wrapped), figures: figures(await wrapped.telemetry.metrics()) };
}

describe('with the SDK tracing, by default', () => {
  it.each(WAYS)('%s has one span, the SDK’s, with our attributes', async (title, answer, use) => {
    const { spans } = await played(answer, use);
    expect(spans).toMatchObject([
      {
        name: 'anthropic.messages.create',
        status: { code: 'OK' },
        attributes: {
          'http.response.status_code': 200,
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': REQUEST.model,
          'llm.outcome': 'ok',
        },
      },
    ]);
    if (title === 'asResponse()') return;
    expect(spans[0]?.attributes).toMatchObject({
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'anthropic.message.stop_reason': 'end_turn',
    });
  });

  it('counting tokens has one span too', async () => {
    const count: Use = ({ messages }) => messages.countTokens({ model: REQUEST.model, messages: REQUEST.messages });
    const { spans } = await played({ body: { input_tokens: 9 } }, count);
    expect(spans).toMatchObject([{ name: 'anthropic.messages.count_tokens', attributes: { 'llm.outcome': 'ok' } }]);
  });

  it('a span is as long as its call', async () => {
    const wrapped = useWrapped([{ events: stream(text('Hello')) }], { registered: true });
    await read(wrapped.client);
    const [span] = await callSpans(wrapped);
    const rows = await wrapped.telemetry.metrics();
    const duration = rows.find(({ name }) => name === 'llm_request_duration_seconds');
    expect(duration?.type === 'histogram' && duration.sum).toBeCloseTo(span!.durationSeconds, 6);
  });

  it('a call that fails has one, with the error', async () => {
    const body = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const { spans } = await played({ status: 529, body }, (client) => plain(client).catch(() => {}));
    expect(spans).toMatchObject([
      { status: { code: 'ERROR' }, attributes: { 'llm.outcome': 'error', 'http.response.status_code': 529 } },
    ]);
  });

  it('one that throws at once has one', async () => {
    const long = { ...REQUEST, max_tokens: 1_000_000 };
    const use: Use = async (client) => expect(() => client.messages.create(long)).toThrow(/Streaming/);
    const { spans } = await played({ body: message() }, use);
    expect(spans).toMatchObject([{ attributes: { 'llm.outcome': 'error' } }]);
  });

  it('a stream that is left has one', async () => {
    const leave: Use = async (client) => {
      for await (const _ of await client.messages.create({ ...REQUEST, stream: true })) break;
    };
    const { spans } = await played({ events: [start(), text('a'), text('b')] }, leave);
    expect(spans).toMatchObject([{ status: { code: 'UNSET' }, attributes: { 'llm.outcome': 'cancelled' } }]);
  });

  it('one that nobody reads has one', async () => {
    const settings = { registered: true, streamIdleTimeoutMillis: 10 };
    const wrapped = useWrapped([{ events: HELLO }], settings);
    const unread = await wrapped.client.messages.create({ ...REQUEST, stream: true });
    const spans = await callSpans(wrapped);
    expect(spans).toMatchObject([{ status: { code: 'UNSET' }, attributes: { 'llm.outcome': 'abandoned' } }]);
    unread.controller.abort();
  });

  it('calls side by side have one each, below the span that they began in', async () => {
    const wrapped = useWrapped([{ body: message() }], { registered: true });
    const tracer = trace.getTracer('test');
    await tracer.startActiveSpan('parent', async (parent) => {
      await Promise.all([plain(wrapped.client), helper(wrapped.client).catch(() => {}), plain(wrapped.client)]);
      parent.end();
    });
    const spans = await callSpans(wrapped, 3);
    const parent = wrapped.telemetry.spans().find(({ name }) => name === 'parent')!;
    expect(spans.map((span) => span.parent)).toEqual(Array(3).fill(parent.spanId));
  });

  it('copies by withOptions() are no exception', async () => {
    const { spans } = await played({ body: message() }, (client) => plain(client.withOptions({ timeout: 1000 })));
    expect(spans).toMatchObject([{ name: 'anthropic.messages.create', attributes: { 'llm.outcome': 'ok' } }]);
  });

  it('what is no call of a model keeps the span that the SDK makes', async () => {
    const wrapped = useWrapped([{ body: { data: [], has_more: false } }], { registered: true });
    await wrapped.client.messages.batches.list();
    await wrapped.client.models.list();
    expect(wrapped.telemetry.spans().length).toBeGreaterThanOrEqual(1);
    expect(await wrapped.telemetry.total('llm_requests_total')).toBe(0);
  });
});

describe('without the SDK tracing', () => {
  it.each([
    ['openTelemetry: false', { openTelemetry: false as const }, undefined],
    ['ANTHROPIC_OPEN_TELEMETRY=false', {}, 'false'],
  ])('by %s, there is one span, ours, and the metrics are the same', async (_, client, variable) => {
    const native = await played({ events: stream(text('Hello')) }, streamed);
    if (variable !== undefined) vi.stubEnv('ANTHROPIC_OPEN_TELEMETRY', variable);
    const wrapped = useWrapped([{ events: stream(text('Hello')) }], { registered: true, client });
    await read(wrapped.client);
    expect(await callSpans(wrapped)).toMatchObject([{ name: `chat ${REQUEST.model}`, status: { code: 'UNSET' } }]);
    const { outcomes, tokens, usageMissing, gaps } = figures(await wrapped.telemetry.metrics());
    expect({ outcomes, tokens, usageMissing, gaps: gaps?.[0] }).toEqual({
      ...{ outcomes: native.figures.outcomes, tokens: native.figures.tokens },
      ...{ usageMissing: native.figures.usageMissing, gaps: native.figures.gaps?.[0] },
    });
  });

  it('for want of a provider that it knows, the span is ours', async () => {
    const wrapped = useWrapped([{ body: message() }]);
    await plain(wrapped.client);
    expect(await callSpans(wrapped)).toMatchObject([{ name: `chat ${REQUEST.model}` }]);
  });

  it('where the client’s own provider is the one given to us, the span is the SDK’s', async () => {
    const other = useWrapped([{ body: message() }]).telemetry;
    const { tracerProvider } = other;
    const openTelemetry = { tracerProvider: tracerProvider as never };
    const wrapped = useWrapped([{ body: message() }], { client: { openTelemetry }, tracerProvider });
    await plain(wrapped.client);
    await callSpans(wrapped).catch(() => {});
    expect(other.spans()).toMatchObject([{ name: 'anthropic.messages.create', attributes: { 'llm.outcome': 'ok' } }]);
  });
});

describe('the option spans', () => {
  it.each(WAYS)('"own" has one span, ours, for %s', async (_, answer, use) => {
    const { spans } = await played(answer, use, 'own');
    expect(spans).toMatchObject([{ name: `chat ${REQUEST.model}`, attributes: { 'llm.outcome': 'ok' } }]);
  });

  it.each(WAYS)('"sdk" has one span, the SDK’s, for %s', async (_, answer, use) => {
    const { spans } = await played(answer, use, 'sdk');
    expect(spans).toMatchObject([{ name: 'anthropic.messages.create', attributes: { 'llm.outcome': 'ok' } }]);
  });

  it.each(WAYS)('"off" has none for %s, and the call is measured', async (_, answer, use) => {
    const { spans, figures } = await played(answer, use, 'off');
    expect([spans, figures.outcomes]).toEqual([[], { ok: 1 }]);
  });

  it('"sdk" has none where the SDK makes none', async () => {
    const wrapped = useWrapped([{ body: message() }], {
      spans: 'sdk',
      registered: true,
      client: { openTelemetry: false },
    });
    await plain(wrapped.client);
    expect(await callSpans(wrapped)).toEqual([]);
  });

  it('"own" lets the trace go on in the headers of the request', async () => {
    propagation.setGlobalPropagator({
      inject(active, carrier, setter) {
        const { traceId, spanId } = trace.getSpanContext(active)!;
        setter.set(carrier, 'traceparent', `00-${traceId}-${spanId}-01`);
      },
      extract: (active) => active,
      fields: () => ['traceparent'],
    });
    let traceparent: string | null = null;
    const fetch = async (_url: unknown, init?: { headers?: unknown }) => {
      traceparent = new Headers(init?.headers as Record<string, string>).get('traceparent');
      return new Response(JSON.stringify(message()), { headers: { 'content-type': 'application/json' } });
    };
    const wrapped = useWrapped([], { spans: 'own', registered: true, client: { fetch: fetch as never } });
    await plain(wrapped.client);
    const [span] = await callSpans(wrapped);
    expect(traceparent).toContain(`${span!.traceId}-${span!.spanId}`);
    propagation.disable();
  });

  it('that is none of these is refused', () => {
    expect(() => useWrapped([], { spans: 'both' as SpanMode })).toThrow(TypeError);
    expect(() => useWrapped([], { captureThinking: 'yes' as unknown as boolean })).toThrow(TypeError);
  });
});
