import { createTelemetry, loadTraffic, type Telemetry } from '@grump/llm-otel-testing';
import OpenAI from 'openai';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { perGpuHour, perMillionTokens, type WrapOpenAIOptions, wrapOpenAI } from '../src/index';

const HOSTS = {
  openai: 'https://api.openai.com/v1',
  azure: 'https://my-resource.openai.azure.com/openai',
  bedrock: 'https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1',
  cerebras: 'https://api.cerebras.ai/v1',
  cohere: 'https://api.cohere.ai/compatibility/v1',
  deepseek: 'https://api.deepseek.com',
  fireworks: 'https://api.fireworks.ai/inference/v1',
  gemini: 'https://generativelanguage.googleapis.com/v1beta/openai/',
  groq: 'https://api.groq.com/openai/v1',
  mistral: 'https://api.mistral.ai/v1',
  moonshot: 'https://api.moonshot.ai/v1',
  openrouter: 'https://openrouter.ai/api/v1',
  perplexity: 'https://api.perplexity.ai',
  together: 'https://api.together.xyz/v1',
  vertex: 'https://aiplatform.googleapis.com/v1/projects/p/locations/global/endpoints/openapi',
  xai: 'https://api.x.ai/v1',
  zai: 'https://api.z.ai/api/paas/v4',
  nim: 'https://integrate.api.nvidia.com/v1',
  local: 'http://localhost:8000/v1',
};

type Host = keyof typeof HOSTS;
type Parts = Readonly<Record<string, number>>;

/** What a server says of tokens. */
const tokens = (prompt_tokens: number, completion_tokens: number, input: Parts = {}, output: Parts = {}) => ({
  ...{ prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  ...{ prompt_tokens_details: input, completion_tokens_details: output },
});

interface Asked {
  readonly host: Host;
  /** The model that answers. */
  readonly model?: string | undefined;
  readonly requested?: string;
  readonly usage?: object;
  /** More of the answer. */
  readonly extra?: object;
  readonly options?: WrapOpenAIOptions;
}

interface Found {
  readonly costs: Readonly<Record<string, number>>;
  readonly unpriced: number;
}

/** What one call cost, by source. */
async function ask({ host, model, requested = model ?? 'any', usage, extra, options }: Asked): Promise<Found> {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }];
  return play(host, requested, JSON.stringify({ id: 'x', model, choices, usage, ...extra }), options);
}

async function play(host: Host, model: string, body: string, options?: WrapOpenAIOptions): Promise<Found> {
  const telemetry = createTelemetry();
  onTestFinished(() => telemetry.shutdown());
  const stream = body.startsWith('data:');
  const headers = { 'content-type': stream ? 'text/event-stream' : 'application/json' };
  const fetch = async () => new Response(body, { headers });
  const client = new OpenAI({ apiKey: 'none', maxRetries: 0, baseURL: HOSTS[host], fetch });
  wrapOpenAI(client, { meterProvider: telemetry.meterProvider, ...options });
  const answer = await client.chat.completions.create({ model, messages: [], stream });
  if (stream) for await (const _ of answer as AsyncIterable<unknown>);
  return vi.waitFor(() => costsOf(telemetry));
}

/** The cost is there as soon as the table is. */
async function costsOf(telemetry: Telemetry): Promise<Found> {
  const costs: Record<string, number> = {};
  for (const row of await telemetry.metrics()) {
    if (row.name === 'llm_cost_total' && row.type === 'counter') costs[String(row.attributes.source)] = row.value;
  }
  const unpriced = await telemetry.total('llm_unpriced_requests_total');
  if (Object.keys(costs).length + unpriced === 0) throw new Error('nothing is known of the cost yet');
  return { costs, unpriced };
}

function expectUsd({ costs, unpriced }: Found, usd: number): void {
  expect(unpriced).toBe(0);
  expect(Object.keys(costs)).toEqual(['table']);
  expect(Math.abs(costs.table! / usd - 1)).toBeLessThan(1e-12);
}

const at = (time: string): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(time) });
};
afterEach(() => vi.useRealTimers());

/** US dollars per million tokens: the rates that the table publishes for the model, times the tokens. */
const PRICED: readonly (readonly [Host, string, object, number])[] = [
  ['openai', 'gpt-4o-2024-08-06', tokens(1000, 100, { cached_tokens: 600 }), 400 * 2.5 + 600 * 1.25 + 100 * 10],
  ['openai', 'gpt-5-2025-08-07', tokens(800, 500, {}, { reasoning_tokens: 448 }), 800 * 1.25 + 500 * 10],
  [
    'openai',
    'gpt-audio-2025-08-28',
    tokens(100, 50, { audio_tokens: 60 }, { audio_tokens: 40 }),
    40 * 2.5 + 60 * 32 + 10 * 10 + 40 * 64,
  ],
  ['openai', 'gpt-5.4', tokens(300_000, 100, { cached_tokens: 100_000 }), 200_000 * 5 + 100_000 * 0.5 + 100 * 22.5],
  ['openai', 'gpt-5.4', tokens(3000, 100, { cached_tokens: 1000 }), 2000 * 2.5 + 1000 * 0.25 + 100 * 15],
  ['azure', 'gpt-4o-mini-2024-07-18', tokens(900, 30, { cached_tokens: 300 }), 600 * 0.15 + 300 * 0.075 + 30 * 0.6],
  ['bedrock', 'openai.gpt-oss-120b-1:0', tokens(100, 200), 100 * 0.15 + 200 * 0.6],
  ['cerebras', 'gpt-oss-120b', tokens(100, 200), 100 * 0.35 + 200 * 0.75],
  ['cohere', 'command-a-03-2025', tokens(100, 200), 100 * 2.5 + 200 * 10],
  ['fireworks', 'accounts/fireworks/models/deepseek-v3p2', tokens(100, 200), 100 * 0.56 + 200 * 1.68],
  ['gemini', 'gemini-2.5-flash', tokens(100, 200, { cached_tokens: 40 }), 60 * 0.3 + 40 * 0.03 + 200 * 2.5],
  [
    'gemini',
    'models/gemini-2.5-flash',
    tokens(100, 200, { cached_tokens: 40, audio_tokens: 20 }),
    40 * 0.3 + 40 * 0.03 + 20 * 1 + 200 * 2.5,
  ],
  [
    'gemini',
    'gemini-2.5-flash',
    // As much as must have been is cached sound.
    tokens(100, 200, { cached_tokens: 50, audio_tokens: 70 }),
    30 * 0.03 + 50 * 1 + 20 * 0.1 + 200 * 2.5,
  ],
  ['gemini', 'gemini-2.5-pro', tokens(200_001, 10), 200_001 * 2.5 + 10 * 15],
  ['gemini', 'gemini-2.5-pro', tokens(200_000, 10), 200_000 * 1.25 + 10 * 10],
  ['groq', 'llama-3.3-70b-versatile', tokens(100, 200), 100 * 0.59 + 200 * 0.79],
  ['mistral', 'mistral-large-latest', tokens(100, 200), 100 * 2 + 200 * 6],
  ['moonshot', 'kimi-k2-0905-preview', tokens(100, 200, { cached_tokens: 60 }), 40 * 0.6 + 60 * 0.15 + 200 * 2.5],
  ['openrouter', 'openai/gpt-4o-mini', tokens(100, 200), 100 * 0.15 + 200 * 0.6],
  // 12 US dollars per thousand requests.
  ['perplexity', 'sonar', tokens(100, 200), 100 * 1 + 200 * 1 + 12_000],
  ['together', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', tokens(100, 200), 100 * 0.88 + 200 * 0.88],
  ['vertex', 'google/gemini-2.5-flash', tokens(100, 200), 100 * 0.3 + 200 * 2.5],
  ['xai', 'grok-3-mini', tokens(100, 200, { cached_tokens: 60 }), 40 * 0.3 + 60 * 0.075 + 200 * 0.5],
  ['zai', 'glm-5.2', tokens(100, 200, { cached_tokens: 60 }), 40 * 1.4 + 60 * 0.26 + 200 * 4.4],
];

describe('a call has the price that the table publishes', () => {
  it.each(PRICED)('at %s for %s', async (host, model, usage, dollars) => {
    expectUsd(await ask({ host, model, usage }), dollars / 1e6);
  });

  it.each([
    ['2025-06-09T23:59:59Z', 100 * 10 + 200 * 40],
    ['2025-06-10T00:00:01Z', 100 * 2 + 200 * 8],
  ])('on the day of the call: o3 at %s', async (time, dollars) => {
    at(time);
    expectUsd(await ask({ host: 'openai', model: 'o3', usage: tokens(100, 200) }), dollars / 1e6);
  });

  it.each([
    ['2025-03-03T12:00:00Z', 40 * 0.27 + 60 * 0.07 + 200 * 1.1],
    ['2025-03-03T18:00:00Z', 40 * 0.135 + 60 * 0.035 + 200 * 0.55],
  ])('at its time of the day: deepseek-chat at %s', async (time, dollars) => {
    at(time);
    const usage = { ...tokens(100, 200), prompt_cache_hit_tokens: 60 };
    expectUsd(await ask({ host: 'deepseek', model: 'deepseek-chat', usage }), dollars / 1e6);
  });

  it('is what xAI itself says of its recorded answers', async () => {
    const recorded = loadTraffic().filter(({ body }) => body.includes('cost_in_usd_ticks'));
    expect(recorded.length).toBeGreaterThan(3);
    for (const { body, truth } of recorded) {
      const ticks = Number([...body.matchAll(/"cost_in_usd_ticks":\s*(\d+)/g)].at(-1)![1]);
      const silent = body.replaceAll('"cost_in_usd_ticks"', '"something"');
      expectUsd(await play('xai', truth.model!, silent), ticks / 1e10);
    }
  });
});

describe('the model of a price', () => {
  const usage = tokens(1_000_000, 0);

  it('is the one that answered', async () => {
    expectUsd(await ask({ host: 'openai', requested: 'gpt-4o', model: 'gpt-4o-mini', usage }), 0.15);
  });

  it('is the one that was requested where the table does not know the other', async () => {
    expectUsd(await ask({ host: 'openai', requested: 'gpt-4o', model: 'gpt-4o-2031-01-01', usage }), 2.5);
    expectUsd(await ask({ host: 'openai', requested: 'gpt-4o', model: undefined, usage }), 2.5);
  });

  it.each(['azure', 'openrouter'] as const)(
    'is never what was requested from %s: that may stand for any',
    async (host) => {
      expect(await ask({ host, requested: 'gpt-4o', model: 'made-up', usage })).toEqual({ costs: {}, unpriced: 1 });
      expect(await ask({ host, requested: 'gpt-4o', model: undefined, usage })).toEqual({ costs: {}, unpriced: 1 });
    },
  );
});

describe('a call has no price of the table', () => {
  const usage = tokens(100, 200);
  const audio = tokens(100, 200, { audio_tokens: 50 });

  it.each<[string, Asked]>([
    ['on a server of one’s own, whatever its model is called', { host: 'local', model: 'gpt-4o', usage }],
    ['on NIM', { host: 'nim', model: 'gpt-4o', usage }],
    ['on a NIM container', { host: 'openai', model: 'gpt-4o', usage, options: { provider: 'nvidia-nim' } }],
    [
      'with a label that is like another',
      { host: 'openai', model: 'gpt-4o', usage, options: { provider: 'my openai' } },
    ],
    [
      'with a label of parts of others',
      { host: 'openai', model: 'gpt-4o', usage, options: { provider: 'vertex xai' } },
    ],
    [
      'with a label that objects have',
      { host: 'openai', model: 'gpt-4o', usage, options: { provider: 'constructor' } },
    ],
    ['of a model that it does not know', { host: 'openai', model: 'gpt-99', usage }],
    ['of another provider’s model', { host: 'groq', model: 'gpt-4o', usage }],
    ['in the priority tier', { host: 'openai', model: 'gpt-5', usage, extra: { service_tier: 'priority' } }],
    ['in the flex tier', { host: 'openai', model: 'gpt-5', usage, extra: { service_tier: 'flex' } }],
    [
      'with sound, where it knows the price of text alone',
      { host: 'openai', model: 'gpt-4o-audio-preview', usage: audio },
    ],
    [
      'with more cached than all the input',
      { host: 'openai', model: 'gpt-4o', usage: tokens(1, 2, { cached_tokens: 3 }) },
    ],
    ['without a count of the input', { host: 'openai', model: 'gpt-4o', usage: { completion_tokens: 2 } }],
  ])('%s', async (_, asked) => {
    expect(await ask(asked)).toEqual({ costs: {}, unpriced: 1 });
    const options = { ...asked.options, pricing: () => 0.25 };
    expect(await ask({ ...asked, options })).toEqual({ costs: { user: 0.25 }, unpriced: 0 });
  });

  it('but one in the ordinary tier has', async () => {
    const extra = { service_tier: 'default' };
    expectUsd(await ask({ host: 'openai', model: 'gpt-5', usage, extra }), (100 * 1.25 + 200 * 10) / 1e6);
  });
});

describe('the cost of a call', () => {
  const pricing = vi.fn(() => 0.25);
  const asked = { host: 'openai', model: 'gpt-4o', options: { pricing } } as const;
  afterEach(() => pricing.mockClear());

  it('is the server’s own figure before all', async () => {
    const found = await ask({ ...asked, usage: { ...tokens(100, 200), cost: 0.5 } });
    expect(found).toEqual({ costs: { provider: 0.5 }, unpriced: 0 });
    expect(pricing).not.toHaveBeenCalled();
  });

  it('is the table’s before the user’s', async () => {
    expectUsd(await ask({ ...asked, usage: tokens(100, 200) }), (100 * 2.5 + 200 * 10) / 1e6);
    expect(pricing).not.toHaveBeenCalled();
  });

  it('is the user’s where nobody else has one', async () => {
    const found = await ask({ ...asked, model: 'gpt-99', usage: tokens(100, 200) });
    expect(found).toEqual({ costs: { user: 0.25 }, unpriced: 0 });
    expect(pricing).toHaveBeenCalledOnce();
  });

  it('on NIM is that of a price per million tokens, or of one per GPU and hour, with usage or without', async () => {
    const usage = tokens(1000, 100, { cached_tokens: 600 });
    const pricing = perMillionTokens({ 'meta/llama': { input: 2, output: 6, cacheRead: 0.5 } });
    const found = await ask({ host: 'nim', model: 'meta/llama', usage, options: { pricing } });
    expect(found.costs.user).toBeCloseTo((400 * 2 + 600 * 0.5 + 100 * 6) / 1e6, 15);
    const byTime = await ask({ host: 'nim', model: 'meta/llama', options: { pricing: perGpuHour({ usd: 3600 }) } });
    expect(byTime.costs.user).toBeGreaterThan(0);
    expect(byTime.costs.user).toBeLessThan(20);
  });

  it.each([2e9, Number.MAX_VALUE])('is not %d US dollars, whoever says so', async (cost) => {
    expectUsd(await ask({ ...asked, usage: { ...tokens(100, 200), cost } }), (100 * 2.5 + 200 * 10) / 1e6);
    const options = { pricing: () => cost };
    const found = await ask({ host: 'local', model: 'x', usage: { ...tokens(1, 2), cost }, options });
    expect(found).toEqual({ costs: {}, unpriced: 1 });
  });
});
