import { AnthropicAws } from '@anthropic-ai/aws-sdk';
import { AnthropicBedrock, AnthropicBedrockMantle } from '@anthropic-ai/bedrock-sdk';
import { AnthropicFoundry } from '@anthropic-ai/foundry-sdk';
import type Anthropic from '@anthropic-ai/sdk';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
import { context, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { figures, useTelemetry } from '../../core/test/measure';
import { type WrapAnthropicOptions, wrapAnthropic } from '../src/index';
import { chunk, eventStream, exception } from './bedrock-frames';
import { block, end, message, REQUEST, STOP, start, text, usage } from './wrapped';

// The clients of the platforms, whole: each signs, rewrites and decodes as it does in an application.

afterEach(() => {
  trace.disable();
  context.disable();
});

const used = { cache_read_input_tokens: 1000, cache_creation_input_tokens: 200 };
const BODY = message({ model: 'claude-sonnet-4-5-20250929', usage: usage(4, 50, used) });
const EVENTS: readonly object[] = [
  start({ model: 'claude-sonnet-4-5-20250929', usage: usage(4, 1, used) }),
  block({ type: 'text', text: '' }),
  text('Hello'),
  text(' there'),
  { type: 'content_block_stop', index: 0 },
  end({ output_tokens: 50 }),
  { ...STOP, 'amazon-bedrock-invocationMetrics': { inputTokenCount: 4, outputTokenCount: 50, invocationLatency: 900 } },
];

const sse = (events: readonly object[]): string =>
  events.map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

interface Platform {
  readonly name: string;
  readonly model: string;
  readonly create: (fetch: never) => unknown;
  readonly provider: string;
  readonly genAi: string;
  readonly address: string;
  /** What the table has besides Anthropic's own prices: Bedrock takes a tenth more but for its global endpoints. */
  readonly surcharge?: number;
  /** Where the requests must go, for the test to have gone the client's own way. */
  readonly paths: readonly [plain: string, streamed: string];
  readonly stream?: (events: readonly object[]) => Response;
}

const AWS = { awsRegion: 'eu-west-1', awsAccessKey: 'AKIDEXAMPLE', awsSecretKey: 'secret', maxRetries: 0 } as const;
const SIGNED = { awsRegion: 'eu-west-1', awsAccessKey: 'AKIDEXAMPLE', awsSecretAccessKey: 'secret', maxRetries: 0 };
const authClient = { projectId: 'mine', getRequestHeaders: async () => new Headers({ authorization: 'Bearer t' }) };

const sseResponse = (events: readonly object[]): Response =>
  new Response(sse(events), { headers: { 'content-type': 'text/event-stream' } });

const PLATFORMS: readonly Platform[] = [
  {
    name: 'AnthropicBedrock',
    model: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    create: (fetch) => new AnthropicBedrock({ ...AWS, fetch }),
    provider: 'bedrock',
    genAi: 'aws.bedrock',
    address: 'bedrock-runtime.eu-west-1.amazonaws.com',
    surcharge: 1.1,
    paths: [
      '/model/eu.anthropic.claude-sonnet-4-5-20250929-v1:0/invoke',
      '/model/eu.anthropic.claude-sonnet-4-5-20250929-v1:0/invoke-with-response-stream',
    ],
    stream: (events) => framed(events.map(chunk)),
  },
  {
    name: 'AnthropicBedrockMantle',
    model: 'anthropic.claude-sonnet-4-5',
    create: (fetch) => new AnthropicBedrockMantle({ ...SIGNED, fetch }),
    provider: 'bedrock',
    genAi: 'aws.bedrock',
    address: 'bedrock-mantle.eu-west-1.api.aws',
    surcharge: 1.1,
    paths: ['/anthropic/v1/messages', '/anthropic/v1/messages'],
  },
  {
    name: 'AnthropicVertex',
    model: 'claude-sonnet-4-5@20250929',
    create: (fetch) => new AnthropicVertex({ region: 'europe-west1', projectId: 'mine', authClient, fetch } as never),
    provider: 'vertex',
    genAi: 'gcp.vertex_ai',
    address: 'europe-west1-aiplatform.googleapis.com',
    paths: [
      '/v1/projects/mine/locations/europe-west1/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict',
      '/v1/projects/mine/locations/europe-west1/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict',
    ],
  },
  {
    name: 'AnthropicFoundry',
    model: 'claude-sonnet-4-5',
    create: (fetch) => new AnthropicFoundry({ apiKey: 'none', resource: 'mine', fetch }),
    provider: 'azure',
    genAi: 'azure.ai.inference',
    address: 'mine.services.ai.azure.com',
    paths: ['/anthropic/v1/messages', '/anthropic/v1/messages'],
  },
  {
    name: 'AnthropicAws',
    model: 'claude-sonnet-4-5',
    create: (fetch) => new AnthropicAws({ ...SIGNED, workspaceId: 'w', fetch }),
    provider: 'anthropic',
    genAi: 'anthropic',
    address: 'aws-external-anthropic.eu-west-1.api.aws',
    paths: ['/v1/messages', '/v1/messages'],
  },
];

const framed = (frames: Parameters<typeof eventStream>[0]): Response =>
  new Response(eventStream(frames), {
    headers: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': 'r' },
  });

/** Plays one call of a platform's client to the end, and tells what it was measured as. */
async function play(platform: Platform, response: Response, stream: boolean, options: WrapAnthropicOptions = {}) {
  const telemetry = useTelemetry();
  telemetry.register();
  const paths: string[] = [];
  const fetch = async (url: unknown) => {
    paths.push(decodeURIComponent(new URL(String((url as Request).url ?? url)).pathname));
    return response;
  };
  const client = wrapAnthropic(platform.create(fetch as never) as Anthropic, options);
  const request = { ...REQUEST, model: platform.model, stream } as const;
  let fault: unknown;
  try {
    const answer: unknown = await client.messages.create(request);
    if (stream) for await (const _ of answer as AsyncIterable<unknown>);
  } catch (error) {
    fault = error;
  }
  await expect.poll(() => telemetry.total('llm_requests_total')).toBe(1);
  await expect.poll(() => telemetry.spans().length).toBeGreaterThan(0);
  return { telemetry, paths, fault, figures: figures(await telemetry.metrics()), spans: telemetry.spans() };
}

const plainResponse = (): Response =>
  new Response(JSON.stringify(BODY), { headers: { 'content-type': 'application/json' } });

describe.each(PLATFORMS)('$name', (platform) => {
  const { provider, genAi, address, paths, stream: respond = sseResponse } = platform;

  describe.each(['auto', 'own'] as const)('with spans: %s', (spans) => {
    it.each([false, true])('measures a call (streamed: %s) as one span, with its tokens and cost', async (stream) => {
      const response = stream ? respond(EVENTS) : plainResponse();
      const seen = await play(platform, response, stream, { spans });
      expect(seen.fault).toBeUndefined();
      expect(seen.paths).toEqual([paths[stream ? 1 : 0]]);
      expect(seen.figures.outcomes).toEqual({ ok: 1 });
      expect(seen.figures.tokens).toEqual({ input: 1204, output: 50, cache_read: 1000, cache_write: 200 });
      expect(await seen.telemetry.total('llm_tokens_total', { provider })).toBe(1254);
      expect(seen.spans).toHaveLength(1);
      expect(seen.spans[0]!.attributes).toMatchObject({
        'gen_ai.provider.name': genAi,
        'gen_ai.request.model': platform.model,
        'gen_ai.response.model': 'claude-sonnet-4-5-20250929',
        'server.address': address,
        'gen_ai.usage.input_tokens': 1204,
        'gen_ai.usage.output_tokens': 50,
        'llm.outcome': 'ok',
      });
      // Claude Sonnet 4.5 in US dollars per million tokens: 3 in, 15 out, 0.3 read, 3.75 written.
      const usd = ((4 * 3 + 50 * 15 + 1000 * 0.3 + 200 * 3.75) / 1e6) * (platform.surcharge ?? 1);
      await expect.poll(() => seen.telemetry.total('llm_cost_total', { source: 'table' })).toBeCloseTo(usd, 12);
    });
  });
});

describe('a stream of Bedrock', () => {
  const bedrock = PLATFORMS[0]!;

  it('that breaks off with an exception of AWS is an error of that type', async () => {
    const frames = [...EVENTS.slice(0, 3).map(chunk), exception('throttlingException', 'Too many tokens')];
    const { fault, figures: measured, spans } = await play(bedrock, framed(frames), true, { spans: 'own' });
    expect(String(fault)).toContain('Too many tokens');
    expect(measured.outcomes).toEqual({ error: 1 });
    expect(spans[0]!.attributes['error.type']).toBe('throttlingException');
  });

  it('that ends without its last event is truncated', async () => {
    const { figures: measured } = await play(bedrock, framed(EVENTS.slice(0, 4).map(chunk)), true);
    expect(measured.outcomes).toEqual({ truncated: 1 });
    expect(measured.firstToken).toBeGreaterThanOrEqual(0);
  });
});
