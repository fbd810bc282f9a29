import { context, createContextKey, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallContext, contextInside, IN_CALL } from '../src/call-context';
import type { ProviderDescriptor } from '../src/descriptor';
import { wrapClient } from '../src/wrap';
import { createFakeClient, FakeStream, provider } from './fake-sdk';
import { useTelemetry } from './measure';

const [KEY, OTHER] = [createContextKey('key'), createContextKey('other')];

describe('the context of a call', () => {
  it('has one value more than its parent', () => {
    const call = new CallContext(ROOT_CONTEXT.setValue(OTHER, 'of the parent'), KEY, 'of the call');
    expect([call.getValue(KEY), call.getValue(OTHER)]).toEqual(['of the call', 'of the parent']);
  });

  it('has the call and its span, by the keys of those who look for them', () => {
    const [link, span] = [{}, trace.wrapSpanContext(INVALID_SPAN_CONTEXT)];
    const parent = ROOT_CONTEXT.setValue(OTHER, 'of the parent');
    const inside = contextInside(parent, link, span);
    expect([inside.getValue(IN_CALL), trace.getSpan(inside), inside.getValue(OTHER)]).toEqual([
      link,
      span,
      'of the parent',
    ]);
    expect(trace.getSpan(trace.deleteSpan(inside))).toBeUndefined();
    expect(trace.getSpan(contextInside(trace.setSpan(parent, span), link, null))).toBe(span);
  });

  it('is not changed by what is set or deleted in another made from it', () => {
    const call = new CallContext(ROOT_CONTEXT, KEY, 1);
    const more = call.setValue(OTHER, 2);
    expect([more.getValue(KEY), more.getValue(OTHER)]).toEqual([1, 2]);
    expect(more.deleteValue(KEY).getValue(KEY)).toBeUndefined();
    expect(more.deleteValue(KEY).getValue(OTHER)).toBe(2);
    expect([call.getValue(KEY), call.getValue(OTHER), more.getValue(KEY)]).toEqual([1, undefined, 1]);
  });
});

describe('in the context of a call', () => {
  let telemetry: ReturnType<typeof useTelemetry>;
  beforeEach(() => {
    telemetry = useTelemetry();
    telemetry.register();
  });
  afterEach(() => telemetry.unregister());

  it('its span is the active one', async () => {
    let active: string | undefined;
    const answer = async () => {
      active = trace.getActiveSpan()?.spanContext().spanId;
      return {};
    };
    await wrapClient(createFakeClient(answer), provider, telemetry).chat.create({});
    expect(telemetry.spans()[0]!.spanId).toBe(active);
  });

  it('a call below is that same call, until it is over', async () => {
    const inner = wrapClient(
      createFakeClient(async () => ({})),
      provider,
      telemetry,
    );
    let later: () => Promise<unknown> = async () => {};
    const answer = async () => {
      await inner.chat.create({});
      const scope = context.active();
      later = () => context.with(scope, () => inner.chat.create({}));
      return {};
    };
    const outer = wrapClient(createFakeClient(answer), provider, telemetry);
    await outer.chat.create({});
    expect(await telemetry.total('llm_requests_total')).toBe(1);
    await later();
    expect(await telemetry.total('llm_requests_total')).toBe(2);
  });

  it('the span of a call has the application’s as its parent', async () => {
    const client = wrapClient(
      createFakeClient(async () => ({})),
      provider,
      telemetry,
    );
    const parent = telemetry.tracerProvider.getTracer('application').startSpan('request');
    await context.with(trace.setSpan(context.active(), parent), () => client.chat.create({}));
    expect(telemetry.spans()[0]).toMatchObject({ parent: parent.spanContext().spanId });
  });

  it('a call in the consumer’s loop is one of its own', async () => {
    const stream = async function* () {
      yield { kind: 'text' } as const;
      yield { end: 'stop' } as const;
    };
    const descriptor: ProviderDescriptor = provider;
    const streaming = wrapClient(
      createFakeClient(async () => new FakeStream(stream)),
      descriptor,
      telemetry,
    );
    const plain = wrapClient(
      createFakeClient(async () => ({})),
      descriptor,
      telemetry,
    );
    for await (const _ of await streaming.chat.create({})) await plain.chat.create({});
    expect(await telemetry.total('llm_requests_total')).toBe(3);
  });
});
