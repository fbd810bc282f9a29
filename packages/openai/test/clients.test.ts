import OpenAI, { AzureOpenAI } from 'openai';
import { BedrockOpenAI } from 'openai/bedrock';
import { bedrock } from 'openai/providers/bedrock';
import { vertex } from 'openai/providers/vertex';
import { AzureOpenAI as AzureOpenAI4 } from 'openai-4';
import { AzureOpenAI as AzureOpenAI5 } from 'openai-5';
import { AzureOpenAI as AzureOpenAI6 } from 'openai-6';
import { describe, expect, it } from 'vitest';
import { useTelemetry } from '../../core/test/measure';
import { wrapOpenAI } from '../src/index';
import { fetchOf } from './mock-fetch';

const CHAT = {
  id: 'chatcmpl-1',
  model: 'm-2025',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
};
const fetch = fetchOf({ body: CHAT });

/** Makes a call and says what it was labelled. */
async function labelsOf(client: OpenAI, model = 'm', use = (wrapped: OpenAI): OpenAI => wrapped) {
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const wrapped = wrapOpenAI(client, { meterProvider, tracerProvider });
  expect(wrapped).toBe(client);
  const answer = await use(wrapped).chat.completions.create({ model, messages: [] });
  expect(answer).toEqual(CHAT);
  const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_requests_total');
  expect(rows).toHaveLength(1);
  expect(await telemetry.total('llm_tokens_total')).toBe(7);
  const [span] = telemetry.spans();
  const { provider, model: label } = rows[0]!.attributes;
  return { provider, model: label, span: span?.name, genAi: span?.attributes['gen_ai.provider.name'] };
}

const AZURE = { provider: 'azure', genAi: 'azure.ai.openai' };
const BEDROCK = { provider: 'bedrock', genAi: 'aws.bedrock', model: 'm', span: 'chat m' };
const VERTEX = { provider: 'vertex', genAi: 'gcp.vertex_ai', model: 'm', span: 'chat m' };

describe.each([
  ['openai 4', AzureOpenAI4 as unknown as typeof AzureOpenAI],
  ['openai 5', AzureOpenAI5 as unknown as typeof AzureOpenAI],
  ['openai 6', AzureOpenAI6 as unknown as typeof AzureOpenAI],
  ['openai 7', AzureOpenAI],
])('AzureOpenAI of %s', (_, Azure) => {
  const endpoint = 'https://example-resource.openai.azure.com';
  const options = { apiKey: 'test', apiVersion: '2024-10-21', fetch };

  it('has the model that was asked for', async () => {
    const client = new Azure({ ...options, endpoint, deployment: 'prod-4o' });
    expect(await labelsOf(client, 'gpt-4o')).toEqual({ ...AZURE, model: 'gpt-4o', span: 'chat gpt-4o' });
  });

  it('has its deployment where none was asked for', async () => {
    const client = new Azure({ ...options, endpoint, deployment: 'prod-4o' });
    expect(await labelsOf(client, '')).toEqual({ ...AZURE, model: 'prod-4o', span: 'chat prod-4o' });
  });

  it('without either is unknown', async () => {
    expect(await labelsOf(new Azure({ ...options, endpoint }), '')).toMatchObject({ model: 'unknown', span: 'chat' });
  });

  it('behind a gateway is azure too', async () => {
    const client = new Azure({ ...options, baseURL: 'https://gateway.example/openai' });
    expect(await labelsOf(client)).toEqual({ ...AZURE, model: 'm', span: 'chat m' });
  });
});

describe('a provider of openai 7', () => {
  const credentials = { apiKey: 'test' };
  const tokenProvider = async () => 'token';

  it('bedrock is told', async () => {
    const provider = bedrock({ ...credentials, region: 'us-east-1' } as never);
    expect(await labelsOf(new OpenAI({ provider, fetch }))).toEqual(BEDROCK);
  });

  it('bedrock behind a gateway is told', async () => {
    const provider = bedrock({ ...credentials, baseURL: 'https://gateway.example/v1' });
    expect(await labelsOf(new OpenAI({ provider, fetch }))).toEqual(BEDROCK);
  });

  it('bedrock as a class is told', async () => {
    expect(await labelsOf(new BedrockOpenAI({ ...credentials, awsRegion: 'us-east-1', fetch }))).toEqual(BEDROCK);
  });

  it.each(['us-central1', 'global'])('vertex in %s is told', async (location) => {
    const provider = vertex({ project: 'p', location, tokenProvider });
    expect(await labelsOf(new OpenAI({ provider, fetch }))).toEqual(VERTEX);
  });

  it('vertex behind a gateway is told, and by its copies', async () => {
    const provider = vertex({ baseURL: 'https://gateway.example/v1', tokenProvider });
    const copy = (client: OpenAI) => client.withOptions({ timeout: 1000 });
    expect(await labelsOf(new OpenAI({ provider, fetch }), 'm', copy)).toEqual(VERTEX);
  });
});

describe('other clients', () => {
  const options = { apiKey: 'test', fetch };

  it('a copy is measured once, at its own base URL', async () => {
    const copy = (client: OpenAI) => client.withOptions({ baseURL: 'https://api.groq.com/openai/v1' }).withOptions({});
    expect(await labelsOf(new OpenAI(options), 'm', copy)).toMatchObject({ provider: 'groq', model: 'm' });
  });

  it('a subclass is measured, and what it overrides runs', async () => {
    const asked: string[] = [];
    class Mine extends OpenAI {
      protected override async prepareOptions(given: { path: string }): Promise<void> {
        asked.push(given.path);
      }
    }
    expect(await labelsOf(new Mine(options))).toMatchObject({ provider: 'openai', model: 'm' });
    expect(asked).toEqual(['/chat/completions']);
  });

  it.each([
    ['all methods', (create: unknown) => ({ chat: { completions: { create } }, baseURL: 'http://localhost:8000/v1' })],
    ['embeddings alone', (create: unknown) => ({ embeddings: { create } })],
    ['audio alone', (create: unknown) => ({ audio: { transcriptions: { create } } })],
  ])('one of the same shape with %s is measured', async (_, shape) => {
    const telemetry = useTelemetry();
    const { meterProvider, tracerProvider } = telemetry;
    const client = wrapOpenAI(shape(async () => CHAT) as never, { meterProvider, tracerProvider }) as OpenAI;
    const request = { model: 'm' } as never;
    await (client.chat?.completions ?? client.embeddings ?? client.audio.transcriptions).create(request);
    await expect.poll(() => telemetry.total('llm_requests_total', { provider: 'openai-compatible' })).toBe(1);
    expect(await telemetry.total('llm_tokens_total', { type: 'input' })).toBe(3);
  });
});
