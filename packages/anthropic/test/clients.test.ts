import { getEventListeners } from 'node:events';
import { AnthropicFoundry } from '@anthropic-ai/foundry-sdk';
import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { useTelemetry } from '../../core/test/measure';
import { wrapAnthropic } from '../src/index';
import { destinationOf } from '../src/providers';
import { fetchOf, message, REQUEST } from './wrapped';

const fetch = fetchOf([{ body: message() }]) as never;
const at = (baseURL?: string): Anthropic => new Anthropic({ apiKey: 'none', baseURL: baseURL ?? null, fetch });

/** A client with what only that of a platform has. */
const shaped = (fields: object): object => Object.assign(at('https://gateway.example'), fields);

describe('the provider', () => {
  it.each([
    ['Anthropic', at(), 'anthropic', undefined],
    ['Anthropic behind a gateway', at('https://gateway.example/v1'), 'anthropic', undefined],
    ['Foundry', new AnthropicFoundry({ apiKey: 'none', resource: 'mine' }), 'azure', 'azure.ai.inference'],
    ['Bedrock', shaped({ awsRegion: 'us-east-1', awsAccessKey: null }), 'bedrock', 'aws.bedrock'],
    ['Vertex', shaped({ region: 'us-east5', projectId: null }), 'vertex', 'gcp.vertex_ai'],
    ['Anthropic’s platform on AWS', shaped({ awsRegion: 'us-east-1', workspaceId: 'w' }), 'anthropic', undefined],
    ['Bedrock by its URL', at('https://bedrock-runtime.us-east-1.amazonaws.com'), 'bedrock', 'aws.bedrock'],
    ['Vertex by its URL', at('https://aiplatform.eu.rep.googleapis.com/v1'), 'vertex', 'gcp.vertex_ai'],
    ['Foundry by its URL', at('https://mine.services.ai.azure.com/anthropic/'), 'azure', 'azure.ai.inference'],
    ['DeepSeek', at('https://api.deepseek.com/anthropic'), 'deepseek', undefined],
    ['Moonshot', at('https://api.moonshot.ai/anthropic'), 'moonshot', 'moonshot_ai'],
    ['nobody that is known', at('https://notanthropic.com'), 'anthropic', undefined],
  ])('of %s is told by shape or URL', (_, client, provider, genAiProvider) => {
    expect(destinationOf(client, undefined)).toEqual({
      baseURL: (client as Anthropic).baseURL,
      provider,
      ...(genAiProvider !== undefined && { genAiProvider }),
    });
  });

  it('is the option, which keeps the GenAI name of a label that has one', () => {
    expect(destinationOf(at(), 'bedrock')).toMatchObject({ provider: 'bedrock', genAiProvider: 'aws.bedrock' });
    expect(destinationOf(at(), 'litellm')).toMatchObject({ provider: 'litellm' });
  });
});

describe('wrapAnthropic', () => {
  it('measures a client of Foundry, which has no batches', async () => {
    const { meterProvider, tracerProvider, total } = useTelemetry();
    const bare = new AnthropicFoundry({ apiKey: 'none', resource: 'mine', fetch });
    const client = wrapAnthropic(bare, { meterProvider, tracerProvider });
    expect(client).toBe(bare);
    await client.messages.create(REQUEST);
    expect(await total('llm_tokens_total', { provider: 'azure' })).toBe(15);
  });

  it('refuses what is no client', () => {
    for (const client of [undefined, null, 'client']) {
      expect(() => wrapAnthropic(client as unknown as object)).toThrow(TypeError);
    }
  });

  it('leaves no listener on a signal that lives on', async () => {
    const { meterProvider, tracerProvider } = useTelemetry();
    const client = wrapAnthropic(at(), { meterProvider, tracerProvider });
    const { signal } = new AbortController();
    for (let call = 0; call < 20; call++) await client.messages.create(REQUEST, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
