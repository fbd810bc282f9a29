import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useWrapped } from './wrapped';

const read = (file: string): { attributes: Record<string, { type: string }>; metrics: Record<string, unknown> } =>
  JSON.parse(readFileSync(new URL(`../../core/test/fixtures/semconv/${file}`, import.meta.url), 'utf8'));
const PROFILES = { latest: read('genai-2026-10.json'), 'v1.41': read('genai-v1.41.1.json') };

const isGenAi = (key: string): boolean => key.startsWith('gen_ai.') || key.startsWith('openai.');

const details = { text_tokens: 1, image_tokens: 2, audio_tokens: 3, cached_tokens: 4 };
const cached = { text_tokens: 1, image_tokens: 1, audio_tokens: 2 };
const body = {
  model: 'm-1',
  usage: {
    input_tokens: 10,
    input_tokens_details: { ...details, cached_tokens_details: cached },
    output_tokens: 6,
    output_tokens_details: details,
  },
};

/** What each method says of one call. */
async function play(genAi: 'latest' | 'v1.41') {
  const { client, figures, telemetry } = useWrapped([{ body }], { genAi });
  await client.images.generate({ model: 'm', prompt: 'a', n: 2 });
  await client.audio.transcriptions.create({ model: 'm', file: new File(['a'], 'a.wav'), temperature: 0.5 });
  await client.embeddings.create({ model: 'm', input: 'a', dimensions: 3, encoding_format: 'float' });
  await client.moderations.create({ model: 'm', input: 'a' });
  await client.post('/ranking', { body: { model: 'm' } });
  await figures(5);
  return { spans: telemetry.spans(), metrics: await telemetry.metrics() };
}

describe.each(['latest', 'v1.41'] as const)('with profile %s', (profile) => {
  const convention = PROFILES[profile];

  it('spans have names of the convention, each with an integer count', async () => {
    const { spans } = await play(profile);
    expect(spans).toHaveLength(5);
    for (const [key, value] of spans.flatMap(({ attributes }) => Object.entries(attributes))) {
      if (!isGenAi(key)) continue;
      expect([key, convention.attributes[key]?.type]).not.toEqual([key, undefined]);
      if (convention.attributes[key]?.type === 'int') expect([key, Number.isInteger(value)]).toEqual([key, true]);
    }
    const modal = spans[0]?.attributes['gen_ai.usage.image.cache_read.input_tokens'];
    expect(modal).toBe(profile === 'latest' ? 1 : undefined);
  });

  it('what is no inference is in no inference metric', async () => {
    const { metrics } = await play(profile);
    const genAi = metrics.filter(({ name }) => isGenAi(name));
    for (const { name } of genAi) expect([name, name in convention.metrics]).toEqual([name, true]);
    const inference = genAi.filter(({ name }) => /inference|token\.usage/.test(name));
    const operations = new Set(inference.map(({ attributes }) => attributes['gen_ai.operation.name']));
    expect([...operations]).toEqual(['generate_content']);
    const durations = genAi.filter(({ name }) => name === 'gen_ai.client.operation.duration');
    const measured = durations.map(({ attributes }) => attributes['gen_ai.operation.name']);
    expect(measured).toEqual(expect.arrayContaining(['embeddings', 'moderation', 'rerank']));
  });
});
