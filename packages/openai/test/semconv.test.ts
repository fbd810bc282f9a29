import { readFileSync } from 'node:fs';
import { createTelemetry, startMockNim } from '@grump/llm-otel-testing';
import OpenAI from 'openai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WrapOpenAIOptions, wrapOpenAI } from '../src/index';

interface Convention {
  readonly metrics: Record<string, { instrument: string; unit: string; attributes: object }>;
  readonly attributes: Record<string, { type: string; values?: string[] }>;
}

const read = (file: string): Convention =>
  JSON.parse(readFileSync(new URL(`../../core/test/fixtures/semconv/${file}`, import.meta.url), 'utf8'));
const LATEST = read('genai-2026-10.json');
const V1_41 = read('genai-v1.41.1.json');

const CONVENTIONS = {
  latest: [LATEST],
  'v1.41': [V1_41],
  both: [LATEST, V1_41],
} as const;

const REQUEST = {
  model: 'meta/llama-3.1-8b-instruct',
  messages: [{ role: 'user' as const, content: 'Hi' }],
  temperature: 0.2,
  top_p: 0.9,
  top_k: 5,
  max_tokens: 100,
  n: 2,
  seed: 7,
  stop: ['a'],
  frequency_penalty: 0.1,
  presence_penalty: 0.1,
  reasoning_effort: 'low' as const,
  response_format: { type: 'json_object' as const },
};
const RESPONSES = {
  model: REQUEST.model,
  input: 'Hi',
  temperature: 0.2,
  top_p: 0.9,
  max_output_tokens: 100,
  reasoning: { effort: 'low' as const },
  text: { format: { type: 'text' as const } },
  previous_response_id: 'resp_9',
  conversation: 'conv_1',
  prompt: { id: 'pmpt_1', version: '2' },
  service_tier: 'flex' as const,
};
const USAGE = {
  prompt_tokens: 9,
  completion_tokens: 5,
  total_tokens: 14,
  prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 2, audio_tokens: 1 },
  completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 1 },
};

/** A streamed and a plain call, and one that fails, of chat; Responses in the background too; with all that a request can say. */
async function play(options: WrapOpenAIOptions) {
  const nim = await startMockNim({
    respond: (_, index) => ({
      schedule: { headersMillis: 0, roleMillis: 0, firstTokenMillis: 1, interTokenMillis: 1 },
      tokens: 4,
      usage: USAGE,
      ...(index === 2 && { fault: { kind: 'status' as const, status: 500 } }),
    }),
  });
  const telemetry = createTelemetry();
  onTestFinished(async () => {
    await nim.close();
    await telemetry.shutdown();
  });
  const { meterProvider, tracerProvider } = telemetry;
  const client = new OpenAI({ apiKey: 'none', baseURL: nim.baseURL, maxRetries: 0 });
  wrapOpenAI(client, { meterProvider, tracerProvider, ...options });
  for await (const _ of await client.chat.completions.create({ ...REQUEST, stream: true }));
  await client.chat.completions.create(REQUEST);
  await client.chat.completions.create(REQUEST).catch(() => undefined);
  for await (const _ of await client.responses.create({ ...RESPONSES, stream: true }));
  const { id } = await client.responses.create({ ...RESPONSES, background: true });
  await client.responses.retrieve(id);
  for await (const _ of await client.responses.retrieve(id, { stream: true, starting_after: 1 }));
  await client.completions.create({ model: REQUEST.model, prompt: 'Hi', max_tokens: 5 });
  return { spans: telemetry.spans(), metrics: await telemetry.metrics() };
}

const isGenAi = (key: string): boolean => /^(gen_ai|openai)\./.test(key);

function fits(value: unknown, type: string): boolean {
  if (type === 'int') return Number.isInteger(value);
  if (type === 'double') return typeof value === 'number';
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'string[]') return Array.isArray(value) && value.every((one) => typeof one === 'string');
  return typeof value === 'string';
}

describe.each(['latest', 'v1.41', 'both'] as const)('all that goes out with profile %s', (genAi) => {
  const conventions: readonly Convention[] = CONVENTIONS[genAi];
  const attribute = (key: string) => conventions.map(({ attributes }) => attributes[key]).find((one) => one);

  it.each(['openai', 'nvidia-nim'])('to %s has names and types of the convention', async (provider) => {
    const { spans, metrics } = await play({ genAi, provider });
    expect(spans).toHaveLength(8);
    const pairs = [...spans, ...metrics].flatMap(({ attributes }) => Object.entries(attributes));
    const genAiPairs = pairs.filter(([key]) => isGenAi(key));
    expect(genAiPairs.length).toBeGreaterThan(50);
    for (const [key, value] of genAiPairs) {
      expect([key, attribute(key)]).not.toEqual([key, undefined]);
      expect([key, value, fits(value, attribute(key)!.type)]).toEqual([key, value, true]);
    }
    for (const { name, unit, attributes } of metrics.filter((row) => isGenAi(row.name))) {
      const known = conventions.map((one) => one.metrics[name]).find((one) => one);
      expect([name, known?.unit]).toEqual([name, unit]);
      expect(Object.keys(known!.attributes)).toEqual(expect.arrayContaining(Object.keys(attributes)));
    }
    expect(metrics.some(({ name }) => isGenAi(name))).toBe(true);
  });
});

it('profile off leaves the GenAI metrics out', async () => {
  const { metrics } = await play({ genAi: 'off' });
  expect(metrics.map(({ name }) => name).filter(isGenAi)).toEqual([]);
  expect(metrics.map(({ name }) => name)).toContain('llm_requests_total');
});

it('OpenAI refinements are for OpenAI alone', async () => {
  const { spans } = await play({ provider: 'nvidia-nim' });
  const keys = spans.flatMap(({ attributes }) => Object.keys(attributes));
  expect(keys.filter((key) => key.startsWith('openai.'))).toEqual([]);
  expect(keys).toEqual(expect.arrayContaining(['nvidia.nim.provider', 'nvidia.nim.model']));
});
