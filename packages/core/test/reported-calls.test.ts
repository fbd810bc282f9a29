import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { recordFirstAudio } from '../src/audio';
import type { ReadLink } from '../src/call-hooks';
import type { MethodDescriptor, ProviderDescriptor } from '../src/descriptor';
import { createObserver } from '../src/observer';
import { moment, openCall } from '../src/open-call';
import type { WrapOptions } from '../src/options';
import type { Outcome } from '../src/types';
import { Watch } from '../src/watch';
import { type createFakeClient, provider } from './fake-sdk';
import { createWrapped, figures, onlySpan, pass, useTelemetry } from './measure';

const method = provider.methods[0]!;
const USAGE = { input: 7, output: 3 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const measured = async ({ metrics }: ReturnType<typeof useTelemetry>) => figures(await metrics());

describe('a call that is reported by events', () => {
  function observe(request: object = { model: 'fake-1' }, options: WrapOptions = {}) {
    const telemetry = useTelemetry();
    const { meterProvider, tracerProvider } = telemetry;
    const call = createObserver({}, provider, { meterProvider, tracerProvider, ...options })(method, request)!;
    return { telemetry, call };
  }

  it('is measured as a stream', async () => {
    const { telemetry, call } = observe();
    expect(await measured(telemetry)).toMatchObject({ inFlight: 1 });
    await pass(100);
    call.arrived({ kind: 'text' });
    await pass(30);
    call.arrived({ kind: 'text', end: 'stop', usage: USAGE });
    expect(call.ended).toBe(false);
    expect(call.facts.usage).toEqual(USAGE);
    call.exhausted();
    expect(call.ended).toBe(true);
    expect(await measured(telemetry)).toMatchObject({
      outcomes: { ok: 1 },
      inFlight: 0,
      firstToken: 0.1,
      streamDuration: 0.13,
      tokens: { input: 7, output: 3 },
    });
    expect(onlySpan(telemetry)).toMatchObject({ name: 'chat fake-1', durationSeconds: expect.closeTo(0.13, 6) });
  });

  it.each<[Outcome, (call: ReturnType<typeof observe>['call']) => void]>([
    ['truncated', (call) => call.exhausted()],
    ['cancelled', (call) => call.closed()],
    ['error', (call) => call.failed(new RangeError('no'))],
  ])('ends once, as whoever began it says: %s', async (outcome, end) => {
    const { telemetry, call } = observe();
    call.arrived({ kind: 'text' });
    end(call);
    call.arrived({ kind: 'text', usage: USAGE });
    call.exhausted();
    call.closed();
    call.failed(new Error('late'));
    expect(await measured(telemetry)).toMatchObject({ outcomes: { [outcome]: 1 }, inFlight: 0, tokens: {} });
  });

  it('is not begun with options that cannot be meant', () => {
    expect(() => createObserver({}, provider, { provider: '' })).toThrow(TypeError);
  });

  it('may have no options', () => {
    const call = createObserver({}, provider)(method, {})!;
    call.closed();
    expect(call.ended).toBe(true);
  });

  it('is none where it cannot be begun', () => {
    diag.setLogger({ error() {}, warn() {}, info() {}, debug() {}, verbose() {} });
    onTestFinished(() => diag.disable());
    const broken: ProviderDescriptor = {
      ...provider,
      destination: () => {
        throw new Error('no');
      },
    };
    expect(createObserver({}, broken)(method, {})).toBeUndefined();
  });
});

describe('a call of a session', () => {
  function open(options: WrapOptions = {}, descriptor: Partial<ProviderDescriptor> = {}) {
    const telemetry = useTelemetry();
    const { meterProvider, tracerProvider } = telemetry;
    const watch = new Watch({}, { ...provider, ...descriptor }, { meterProvider, tracerProvider, ...options });
    return { telemetry, watch };
  }

  it('has run since its start, and ends as it is told', async () => {
    const { telemetry, watch } = open();
    const start = moment();
    await pass(200);
    const call = openCall(method, watch, { model: 'fake-1' }, start);
    await pass(100);
    call.arrived({ kind: 'text' });
    expect(await measured(telemetry)).toMatchObject({ inFlight: 1 });
    call.end('error', 'session_expired', new Error('gone'));
    call.end('ok');
    expect(await measured(telemetry)).toMatchObject({
      outcomes: { error: 1 },
      inFlight: 0,
      duration: 0.3,
      streamDuration: 0.3,
      firstToken: 0.3,
    });
    expect(onlySpan(telemetry)).toMatchObject({
      durationSeconds: expect.closeTo(0.3, 6),
      attributes: { 'error.type': 'session_expired' },
      status: { code: 'ERROR', message: 'gone' },
    });
  });

  it('starts now unless told otherwise', async () => {
    const { telemetry, watch } = open();
    await pass(200);
    const call = openCall(method, watch, { model: 'fake-1' });
    await pass(100);
    call.end('ok');
    expect(await measured(telemetry)).toMatchObject({ duration: 0.1 });
  });

  it('is of the model of its destination where the request names none', async () => {
    const destination = () => ({ provider: 'fake', model: 'deployed-1' });
    const { telemetry, watch } = open({}, { destination });
    openCall(method, watch, {}).end('ok');
    openCall(method, watch, { model: 'asked-1' }).end('ok');
    expect(await telemetry.total('llm_requests_total', { model: 'deployed-1' })).toBe(1);
    expect(await telemetry.total('llm_requests_total', { model: 'asked-1' })).toBe(1);
  });

  it('shares the time of its server with the other calls', async () => {
    const shared: number[] = [];
    const { watch } = open({ pricing: (_model, _usage, { sharedSeconds }) => void shared.push(sharedSeconds) });
    const calls = [openCall(method, watch, {}), openCall(method, watch, {})];
    await pass(1000);
    for (const call of calls) {
      call.facts.usage = USAGE;
      call.end('ok');
    }
    expect(shared).toEqual([0.5, 0.5]);
  });
});

/** A client whose results are looked on through `source`. */
function useTapped(source: object | undefined) {
  const telemetry = useTelemetry();
  const links: ReadLink[] = [];
  const tap = vi.fn((_: unknown, link: ReadLink) => {
    links.push(link);
    return source;
  });
  const methods: MethodDescriptor[] = [{ ...method, tap }];
  const client = createWrapped(telemetry, async () => 'body', {}, { methods });
  return { telemetry, links, tap, client };
}

describe('a result that its caller reads', () => {
  it('is measured as a stream until whoever looks on says that it is over', async () => {
    const { telemetry, links, tap, client } = useTapped({});
    expect(await client.chat.create({ model: 'fake-1' })).toBe('body');
    expect(tap).toHaveBeenCalledWith('body', links[0]);
    const { call } = links[0]!;
    call!.pulled();
    await pass(100);
    call!.arrived({ kind: 'text', end: 'stop', usage: USAGE });
    expect(await measured(telemetry)).toMatchObject({ inFlight: 1, outcomes: {} });
    call!.exhausted();
    expect(links[0]!.call).toBeUndefined();
    expect(await measured(telemetry)).toMatchObject({ outcomes: { ok: 1 }, firstToken: 0.1, tokens: USAGE });
  });

  it('is a result like any other where nobody can look on', async () => {
    const { telemetry, client } = useTapped(undefined);
    await client.chat.create({ model: 'fake-1' });
    expect(await measured(telemetry)).toMatchObject({ outcomes: { ok: 1 }, streamDuration: undefined });
  });
});

describe('audio', () => {
  it('has the time to its first piece, by those who look on', async () => {
    const { telemetry, links, client } = useTapped({});
    await client.chat.create({ model: 'fake-1' });
    const { call } = links[0]!;
    call!.pulled();
    await pass(400);
    call!.arrived({});
    recordFirstAudio(call!);
    await pass(100);
    call!.exhausted();
    const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_time_to_first_audio_seconds');
    expect(rows).toMatchObject([
      { count: 1, sum: 0.4, attributes: { provider: 'fake', model: 'fake-1', operation: 'chat' } },
    ]);
  });

  it('that is billed by its time is counted in seconds', async () => {
    const telemetry = useTelemetry();
    const client = createWrapped(telemetry, async () => ({ usage: { audioSeconds: 2.5 } }));
    for (let call = 0; call < 2; call++) await client.chat.create({ model: 'fake-1' });
    expect(await telemetry.total('llm_audio_seconds_total', { model: 'fake-1' })).toBe(5);
  });
});

describe('what a method says of its calls', () => {
  const call = async (said: Partial<MethodDescriptor>, ...args: unknown[]) => {
    const telemetry = useTelemetry();
    const client = createWrapped(telemetry, async () => ({}), {}, { methods: [{ ...method, ...said }] });
    await (client.chat.create as (...args: unknown[]) => unknown)(...args);
    return telemetry;
  };

  it('may be which of its arguments are the request', async () => {
    const request = vi.fn((args: readonly unknown[]) => args[1]);
    const telemetry = await call({ request }, 'id-1', { model: 'second' });
    expect(request).toHaveBeenCalledWith(['id-1', { model: 'second' }]);
    expect(await telemetry.total('llm_requests_total', { model: 'second' })).toBe(1);
  });

  it('may be that some call no model', async () => {
    const isCall = vi.fn(([request]: readonly unknown[]) => request !== 'list');
    expect(await (await call({ isCall }, 'list')).total('llm_requests_total')).toBe(0);
    expect(await (await call({ isCall }, {})).total('llm_requests_total')).toBe(1);
  });

  it('may be that no usage is reported, by design', async () => {
    expect(await (await call({ unmetered: true }, {})).total('llm_usage_missing_total')).toBe(0);
    expect(await (await call({}, {})).total('llm_usage_missing_total')).toBe(1);
  });
});

it('a client with a model of its own has it where a request names none', async () => {
  const telemetry = useTelemetry();
  const destination = () => ({ provider: 'fake', model: 'deployed-1' });
  const client: ReturnType<typeof createFakeClient<unknown>> = createWrapped(
    telemetry,
    async () => ({}),
    {},
    { destination },
  );
  await client.chat.create({});
  await client.chat.create({ model: 'asked-1' });
  expect(await telemetry.total('llm_requests_total', { model: 'deployed-1' })).toBe(1);
  expect(await telemetry.total('llm_requests_total', { model: 'asked-1' })).toBe(1);
});
