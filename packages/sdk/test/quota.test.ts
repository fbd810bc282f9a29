import { Anthropic } from '@anthropic-ai/sdk';
import { callContext, perMillionTokens, subscribeCalls, type WrapOptions } from '@grump/llm-otel-core';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { createTelemetry, type MockNim, type Scenario, startMockNim } from '@grump/llm-otel-testing';
import { diag, metrics } from '@opentelemetry/api';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { wrapAnthropic } from '../../anthropic/src/index';
import OpenAI4 from '../../openai/node_modules/openai-4';
import OpenAI5 from '../../openai/node_modules/openai-5';
import OpenAI6 from '../../openai/node_modules/openai-6';
import { type Excess, type Quota, QuotaExceededError, type QuotaOptions, type QuotaStore, quota } from '../src/index';
import { millisUntilBelow, usedAt } from '../src/quota/window';

const MINUTE = 60_000;
const QUICK: Scenario = {
  tokens: 2,
  schedule: { headersMillis: 0, roleMillis: 0, firstTokenMillis: 0, interTokenMillis: 0 },
};
const CALL = { model: 'm', messages: [{ role: 'user' as const, content: 'Hello?' }] };

let nim: MockNim;
beforeAll(async () => {
  nim = await startMockNim({ respond: QUICK });
  // What counts a call is loaded with the first one.
  await new Promise<void>((resolve) => {
    const leave = subscribeCalls({ ended: () => resolve(leave()) });
    void create().chat.completions.create(CALL);
  });
});
afterAll(() => nim.close());

const started: Quota[] = [];
beforeEach(() => {
  // In the middle of a minute, an hour and a day.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1, 12, 30, 30) });
});
afterEach(() => {
  for (const one of started.splice(0)) one.shutdown();
  vi.useRealTimers();
  vi.restoreAllMocks();
  metrics.disable();
});

function start(options: QuotaOptions): Excess[] {
  const excesses: Excess[] = [];
  started.push(quota({ onExceeded: (excess) => void excesses.push(excess), ...options }));
  return excesses;
}

type Client = Pick<OpenAI, 'chat'>;
const create = (options: WrapOptions = {}, apiKey = 'test', Class: unknown = OpenAI): OpenAI =>
  wrapOpenAI(new (Class as typeof OpenAI)({ baseURL: nim.baseURL, apiKey, maxRetries: 2 }), options);

/** Makes a call, and waits until it is counted. */
async function call(client: Client, model = 'm'): Promise<number> {
  const { usage } = await client.chat.completions.create({ ...CALL, model });
  await new Promise(setImmediate);
  return usage!.total_tokens;
}

/** Calls until one is refused, and gives how many were not. */
async function callsUntilRefused(client: Client, model?: string): Promise<number> {
  for (let made = 0; made < 100; made++) {
    try {
      await call(client, model);
    } catch (error) {
      if (QuotaExceededError.isInstance(error)) return made;
      throw error;
    }
  }
  return Number.POSITIVE_INFINITY;
}

describe.each([
  ['openai 4', OpenAI4],
  ['openai 5', OpenAI5],
  ['openai 6', OpenAI6],
  ['openai 7', OpenAI],
])('a call of %s over a limit', (_, Class) => {
  it('is refused before it is sent, by an error of its own, and measured', async () => {
    start({ tokensPerMinute: 1, refuse: true });
    const telemetry = createTelemetry();
    const client = create({ meterProvider: telemetry.meterProvider }, 'test', Class);
    const used = await call(client);
    const sent = nim.requests.length;
    const refused = client.chat.completions.create(CALL);
    await expect(refused).rejects.toBeInstanceOf(QuotaExceededError);
    await expect(refused).rejects.toMatchObject({ limit: 'tokensPerMinute', scope: 'all', used, allowed: 1 });
    await expect(client.chat.completions.create({ ...CALL, stream: true })).rejects.toThrow(
      'tokensPerMinute of all calls',
    );
    await expect(client.chat.completions.create(CALL).withResponse()).rejects.toThrow(QuotaExceededError);
    await expect(client.chat.completions.create(CALL).asResponse()).rejects.toThrow(QuotaExceededError);
    // In openai 4 the helpers are in `beta`.
    const { completions } = (client.beta as unknown as Client).chat ?? client.chat;
    await expect(completions.stream(CALL).finalContent()).rejects.toThrow('is used up');
    expect(nim.requests).toHaveLength(sent);
    const failed = { outcome: 'error', error_type: 'QuotaExceededError' };
    await vi.waitFor(async () => expect(await telemetry.total('llm_requests_total', failed)).toBe(5));
    expect(await telemetry.total('llm_requests_total', { outcome: 'ok' })).toBe(1);
    expect(await telemetry.total('llm_requests_in_flight')).toBe(0);
  });

  it('is not asked about what is no call', async () => {
    start({ requestsPerMinute: 0, refuse: true });
    const client = create({}, 'test', Class);
    await expect(client.chat.completions.create(CALL)).rejects.toThrow(QuotaExceededError);
    expect((await client.models.list()).data.length).toBeGreaterThan(0);
  });
});

describe("a call of Anthropic's client over a limit", () => {
  it('is refused before it is sent, streams and helpers too', async () => {
    start({ tokensPerMinute: 1, refuse: true });
    const baseURL = nim.baseURL.replace(/\/v1$/, '');
    const client = wrapAnthropic(new Anthropic({ baseURL, apiKey: 'test' }));
    const message = { ...CALL, max_tokens: 9 };
    await client.messages.create(message);
    const refusal = { name: 'QuotaExceededError', limit: 'tokensPerMinute' };
    await vi.waitFor(() => expect(client.messages.create(message)).rejects.toMatchObject(refusal));
    const sent = nim.requests.length;
    await expect(client.messages.create({ ...message, stream: true })).rejects.toMatchObject(refusal);
    await expect(client.messages.stream(message).finalMessage()).rejects.toThrow('is used up');
    expect(nim.requests).toHaveLength(sent);
  });
});

describe('limits', () => {
  it('of requests hold for calls at the same time', async () => {
    start({ requestsPerMinute: 10, refuse: true });
    const client = create();
    const sent = nim.requests.length;
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => client.chat.completions.create(CALL)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(nim.requests.length - sent).toBe(10);
  });

  it('of dollars go by what calls cost', async () => {
    start({ usdPerHour: 0.05, refuse: true });
    const pricing = perMillionTokens({ m: { input: 1000, output: 1000 } });
    const tokens = await call(create());
    expect(await callsUntilRefused(create({ pricing }))).toBe(Math.ceil(0.05 / (tokens * 1e-3)));
  });

  it('are each model its own, by name before pattern', async () => {
    start({ perModel: { 'a-1': { requestsPerMinute: 1 }, 'a-*': { requestsPerMinute: 3 } }, refuse: true });
    const client = create();
    expect(await callsUntilRefused(client, 'a-1')).toBe(1);
    expect(await callsUntilRefused(client, 'a-2')).toBe(3);
    expect(await callsUntilRefused(client, 'a-3')).toBe(3);
    expect(await callsUntilRefused(client, 'b')).toBe(Number.POSITIVE_INFINITY);
  });

  it('are each API key its own', async () => {
    const excesses = start({ perKey: { requestsPerMinute: 2 }, refuse: true });
    expect(await callsUntilRefused(create({}, 'sk-one'))).toBe(2);
    expect(await callsUntilRefused(create({}, 'sk-two'))).toBe(2);
    expect(await callsUntilRefused(create({}, 'sk-one'))).toBe(0);
    expect(excesses.map(({ scope }) => scope)).toEqual(['key', 'key']);
    expect(JSON.stringify(excesses)).not.toContain('sk-');
  });

  it('are each key its own that the application names', async () => {
    start({
      perKey: { gold: { requestsPerMinute: 4 }, '*': { requestsPerMinute: 1 } },
      key: ({ userId }) => userId,
      refuse: true,
    });
    const client = create();
    const callsOf = (userId: string) => callContext({ userId }, () => callsUntilRefused(client));
    expect(await callsOf('gold')).toBe(4);
    expect(await callsOf('ada')).toBe(1);
    expect(await callsOf('bob')).toBe(1);
    expect(await callsUntilRefused(client)).toBe(Number.POSITIVE_INFINITY);
  });

  it('give way again with time, when the error says', async () => {
    start({ requestsPerMinute: 6, refuse: true });
    const client = create();
    expect(await callsUntilRefused(client)).toBe(6);
    const error: QuotaExceededError = await client.chat.completions.create(CALL).catch((fault) => fault);
    vi.setSystemTime(Date.now() + 1000 * error.retryAfterSeconds - 50);
    expect(await callsUntilRefused(client)).toBe(0);
    vi.setSystemTime(Date.now() + 2 * MINUTE);
    expect(await callsUntilRefused(client)).toBe(6);
  });

  it('without refuse are watched, and told once in their time', async () => {
    const excesses = start({ requestsPerMinute: 2, perModel: { tokensPerMinute: 1 } });
    const client = create();
    for (let made = 0; made < 5; made++) await call(client);
    expect(excesses.map(({ limit, scope, subject }) => [limit, scope, subject])).toEqual([
      ['tokensPerMinute', 'model', 'm'],
      ['requestsPerMinute', 'all', undefined],
    ]);
  });

  it('are told in a warning by default', async () => {
    const warn = vi.spyOn(diag, 'warn');
    started.push(quota({ requestsPerMinute: 0 }));
    await call(create());
    expect(warn.mock.calls.map(([line]) => line)).toEqual([
      'A quota is exceeded: requestsPerMinute of all calls is used up: 1 of 0; room again in 90 s',
    ]);
  });

  it('count a repeated request once', async () => {
    start({ requestsPerMinute: 1, refuse: true });
    const flaky = await startMockNim({ respond: { ...QUICK, fault: { kind: 'status', status: 503, times: 1 } } });
    const client = wrapOpenAI(new OpenAI({ baseURL: flaky.baseURL, apiKey: 'test', maxRetries: 2 }));
    await client.chat.completions.create(CALL);
    expect(flaky.requests).toHaveLength(2);
    await flaky.close();
  });

  it('hold no longer once it is shut down', async () => {
    start({ requestsPerMinute: 0, refuse: true });
    const client = create();
    await expect(client.chat.completions.create(CALL)).rejects.toThrow(QuotaExceededError);
    started.pop()?.shutdown();
    await call(client);
  });

  it('of a store that fails refuse nobody', async () => {
    const store: QuotaStore = { add: () => Promise.reject(new Error('the store is gone')) };
    start({ requestsPerMinute: 0, refuse: true, store });
    await call(create());
  });
});

describe('the gauges', () => {
  it('show use and headroom, and of keys the one with least', async () => {
    const telemetry = createTelemetry();
    metrics.setGlobalMeterProvider(telemetry.meterProvider);
    start({ tokensPerMinute: 1000, perModel: { requestsPerHour: 2 }, perKey: { requestsPerDay: 10 }, refuse: true });
    const tokens = await call(create({}, 'sk-one'));
    for (let made = 0; made < 3; made++) await call(create({}, 'sk-two'), 'other').catch(() => {});
    const shown = async (attributes: Record<string, unknown>) => [
      await telemetry.total('llm_quota_used', attributes),
      await telemetry.total('llm_quota_headroom', attributes),
    ];
    const others = 2 * tokens;
    expect(await shown({ scope: 'all', limit: 'tokens_per_minute' })).toEqual([
      tokens + others,
      1000 - tokens - others,
    ]);
    expect(await shown({ scope: 'model', limit: 'requests_per_hour', model: 'm' })).toEqual([1, 1]);
    expect(await shown({ scope: 'model', limit: 'requests_per_hour', model: 'other' })).toEqual([2, 0]);
    expect(await shown({ scope: 'key' })).toEqual([2, 8]);
    expect(await telemetry.total('llm_quota_exceeded_total', { model: 'other', refused: true })).toBe(1);
    vi.setSystemTime(Date.now() + 45_000);
    // Half a minute after this one began: half of it is left of what was used in the one before.
    expect(await shown({ scope: 'all' })).toEqual([0.75 * (tokens + others), 1000 - 0.75 * (tokens + others)]);
  });

  it('have so many models as labels, and the rest as one', async () => {
    const telemetry = createTelemetry();
    metrics.setGlobalMeterProvider(telemetry.meterProvider);
    start({ perModel: { requestsPerMinute: 5 } });
    const create = async (_request: object) => ({ choices: [] });
    const client = wrapOpenAI({ chat: { completions: { create } } });
    for (let model = 0; model < 3000; model++) await client.chat.completions.create({ model: `made up ${model}` });
    const models = (await telemetry.metrics()).filter(({ name }) => name === 'llm_quota_used');
    expect(models.length).toBeLessThanOrEqual(101);
  });
});

describe('options', () => {
  it.each([
    [{ usdPerYear: 1 }, 'quota got usdPerYear'],
    [{ tokensPerMinute: -1 }, 'quota got tokensPerMinute; allowed is a number from 0'],
    [{ perModel: { m: { tokens: 1 } } }, 'quota got perModel.m.tokens'],
    [{ perKey: { tokensPerMinute: '1' } }, 'quota got perKey.tokensPerMinute'],
    [{ refuse: 'yes' }, 'quota got refuse'],
    [{ key: 'userId' }, 'quota got key'],
    [{ store: {} }, 'quota got store'],
  ])('%o are refused', (options, said) => {
    expect(() => quota(options as never)).toThrow(said);
  });
});

describe('a sliding window', () => {
  it('tells when there is room again', () => {
    for (let turn = 0; turn < 2000; turn++) {
      const use = { current: Math.random() * 20, previous: Math.random() * 20 };
      const now = Math.floor(Math.random() * 10 * MINUTE);
      const most = Math.random() * 20;
      if (usedAt(use, now, MINUTE) < most) continue;
      const then = now + millisUntilBelow(use, most, now, MINUTE);
      const isNext = Math.floor(then / MINUTE) > Math.floor(now / MINUTE);
      const later = isNext ? { current: 0, previous: use.current } : use;
      expect(usedAt(later, then, MINUTE)).toBeCloseTo(most, 3);
    }
  });
});
