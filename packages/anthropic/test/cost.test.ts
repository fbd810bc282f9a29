import { describe, expect, it } from 'vitest';
import { perMillionTokens, type WrapAnthropicOptions } from '../src/index';
import { message, REQUEST, usage, useWrapped } from './wrapped';

const cache = (fiveMinutes: number, hour: number): object => ({
  cache_creation_input_tokens: fiveMinutes + hour,
  cache_creation: { ephemeral_5m_input_tokens: fiveMinutes, ephemeral_1h_input_tokens: hour },
});

/** US dollars of a call with this usage, by who knew. */
async function costOf(used: object, options: WrapAnthropicOptions = {}) {
  const body = message({ model: 'claude-opus-4-8', usage: used });
  const { client, telemetry } = useWrapped([{ body }], options);
  await client.messages.create(REQUEST);
  await expect
    .poll(
      async () => (await telemetry.total('llm_cost_total')) + (await telemetry.total('llm_unpriced_requests_total')),
    )
    .toBeGreaterThan(0);
  const by = (source: string) => telemetry.total('llm_cost_total', { source });
  return {
    table: await by('table'),
    user: await by('user'),
    unpriced: await telemetry.total('llm_unpriced_requests_total'),
  };
}

// Claude Opus 4.8 in US dollars per million tokens: 5 in, 25 out, 0.5 read, 6.25 written, 10 written for an hour.
describe('the price table', () => {
  it('prices fresh, read and written tokens apart', async () => {
    const used = usage(100, 200, { cache_read_input_tokens: 1000, ...cache(300, 0) });
    const usd = (100 * 5 + 200 * 25 + 1000 * 0.5 + 300 * 6.25) / 1e6;
    expect((await costOf(used)).table).toBeCloseTo(usd, 12);
  });

  it('prices writes that last an hour apart from those of five minutes', async () => {
    const usd = (100 * 5 + 200 * 25 + 300 * 6.25 + 400 * 10) / 1e6;
    expect((await costOf(usage(100, 200, cache(300, 400)))).table).toBeCloseTo(usd, 12);
  });

  it('prices web searches', async () => {
    const used = usage(100, 200, { server_tool_use: { web_search_requests: 3, web_fetch_requests: 2 } });
    expect((await costOf(used)).table).toBeCloseTo((100 * 5 + 200 * 25) / 1e6 + 0.03, 12);
  });

  it('prices an answer in the tier of a batch at half, but for its searches', async () => {
    const used = usage(100, 200, { service_tier: 'batch', server_tool_use: { web_search_requests: 3 } });
    expect((await costOf(used)).table).toBeCloseTo((100 * 5 + 200 * 25) / 2e6 + 0.03, 12);
  });

  it('has no prices for other tiers', async () => {
    expect(await costOf(usage(100, 200, { service_tier: 'priority' }))).toEqual({ table: 0, user: 0, unpriced: 1 });
  });
});

describe('a price of one’s own', () => {
  const prices = { input: 1, output: 10, cacheRead: 0.1, cacheWrite: 2 };
  const used = usage(100, 200, cache(300, 400));

  it('may tell writes for an hour apart', async () => {
    const pricing = perMillionTokens({ '*': { ...prices, cacheWrite1h: 4 } });
    const { user } = await costOf(used, { pricing, provider: 'gateway' });
    expect(user).toBeCloseTo((100 + 200 * 10 + 300 * 2 + 400 * 4) / 1e6, 12);
  });

  it('is that of a write where it does not', async () => {
    const { user } = await costOf(used, { pricing: perMillionTokens({ '*': prices }), provider: 'gateway' });
    expect(user).toBeCloseTo((100 + 200 * 10 + 700 * 2) / 1e6, 12);
  });

  it('gets what the server’s tools were called', async () => {
    const given: unknown[] = [];
    const pricing = (_: string, told: unknown) => void given.push(told);
    await costOf(usage(1, 2, { server_tool_use: { web_fetch_requests: 2 } }), { pricing, provider: 'gateway' });
    expect(given).toMatchObject([{ input: 1, output: 2, serverTools: { web_fetch: 2 } }]);
  });
});
