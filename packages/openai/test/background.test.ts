import { createTelemetry, type MockNim, type Scenario, startMockNim, type Telemetry } from '@grump/llm-otel-testing';
import OpenAI from 'openai';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type CallSummary, type WrapOpenAIOptions, wrapOpenAI } from '../src/index';

const REQUEST = { model: 'fake-1', input: 'Hello?' };
const ANSWER: Scenario = {
  tokens: ['Hello', ' there'],
  usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
};

let nim: MockNim;
let telemetry: Telemetry;
let scenario: Scenario;

beforeEach(async () => {
  scenario = ANSWER;
  nim = await startMockNim({ respond: () => scenario });
  telemetry = createTelemetry();
  onTestFinished(() => Promise.all([nim.close(), telemetry.shutdown()]).then(() => {}));
});

function createClient(options: WrapOpenAIOptions = {}): OpenAI {
  const { meterProvider, tracerProvider } = telemetry;
  const client = new OpenAI({ apiKey: 'test', baseURL: nim.baseURL, maxRetries: 0, logLevel: 'off' });
  return wrapOpenAI(client, { meterProvider, tracerProvider, ...options });
}

const tokens = async () => ({
  input: await telemetry.total('llm_tokens_total', { type: 'input' }),
  output: await telemetry.total('llm_tokens_total', { type: 'output' }),
  missing: await telemetry.total('llm_usage_missing_total'),
});
const NONE = { input: 0, output: 0, missing: 0 };
const ALL = { input: 7, output: 2, missing: 0 };
const calls = (operation: string) => telemetry.total('llm_requests_total', { operation, outcome: 'ok' });

async function poll(client: OpenAI, id: string): Promise<OpenAI.Responses.Response> {
  for (;;) {
    const response = await client.responses.retrieve(id);
    if (response.status !== 'queued' && response.status !== 'in_progress') return response;
  }
}

describe('a response that is made in the background', () => {
  it('has its tokens counted once, when a poll finds it finished', async () => {
    const client = createClient();
    const { id, status } = await client.responses.create({ ...REQUEST, background: true });
    expect([status, await tokens()]).toEqual(['queued', NONE]);
    expect((await client.responses.retrieve(id)).status).toBe('in_progress');
    expect(await tokens()).toEqual(NONE);
    expect((await poll(client, id)).output_text).toBe('Hello there');
    expect(await tokens()).toEqual(ALL);
    await poll(client, id);
    expect(await tokens()).toEqual(ALL);
    expect([await calls('chat'), await calls('fetch_response')]).toEqual([1, 3]);
  });

  it('tells onCall of them once, with the fetch that brought them', async () => {
    const told: CallSummary[] = [];
    const client = createClient({ pricing: () => 0.25, onCall: (summary) => told.push(summary) });
    const { id } = await client.responses.create({ ...REQUEST, background: true });
    await poll(client, id);
    await poll(client, id);
    await vi.waitFor(() => expect(told).toHaveLength(4));
    const figures = told.map(({ operation, usage, cost }) => [operation, usage?.output, cost?.usd]);
    expect(figures).toEqual([
      ['chat', undefined, undefined],
      ['fetch_response', undefined, undefined],
      ['fetch_response', 2, 0.25],
      ['fetch_response', undefined, undefined],
    ]);
  });

  it('counts them under the model and the operation that made them', async () => {
    const client = createClient({ pricing: () => 0.25 });
    const { id } = await client.responses.create({ ...REQUEST, background: true });
    await poll(client, id);
    expect(await telemetry.total('llm_tokens_total', { model: 'fake-1' })).toBe(9);
    expect(await telemetry.total('llm_cost_total', { model: 'fake-1', source: 'user' })).toBe(0.25);
    const inference = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'fake-1' };
    expect(await telemetry.total('gen_ai.client.inference.usage.output_tokens', inference)).toBe(2);
    expect(await telemetry.total('gen_ai.client.inference.operation.output_tokens', inference)).toBe(1);
    expect(await telemetry.total('gen_ai.client.inference.duration', inference)).toBe(1);
  });

  it('is found by a copy of the client, and by another client of the server', async () => {
    const client = createClient();
    const first = await client.responses.create({ ...REQUEST, background: true });
    const second = await client.responses.create({ ...REQUEST, background: true });
    await poll(client.withOptions({ timeout: 5000 }), first.id);
    expect(await tokens()).toEqual(ALL);
    await poll(createClient(), second.id);
    expect(await tokens()).toEqual({ input: 14, output: 4, missing: 0 });
  });

  it('has no tokens for one who did not ask for it', async () => {
    const bare = new OpenAI({ apiKey: 'test', baseURL: nim.baseURL });
    const { id } = await bare.responses.create({ ...REQUEST, background: true });
    await poll(createClient(), id);
    expect(await tokens()).toEqual(NONE);
    expect(await telemetry.total('llm_tokens_total')).toBe(0);
  });

  it('says so when it finished without usage', async () => {
    scenario = { ...ANSWER, usage: false };
    const client = createClient();
    const { id } = await client.responses.create({ ...REQUEST, background: true });
    expect(await tokens()).toEqual(NONE);
    await poll(client, id);
    await poll(client, id);
    expect(await tokens()).toEqual({ ...NONE, missing: 1 });
  });

  it('is counted once by a client that was wrapped twice', async () => {
    const { meterProvider, tracerProvider } = telemetry;
    const client = wrapOpenAI(createClient(), { meterProvider, tracerProvider });
    const { id } = await client.responses.create({ ...REQUEST, background: true });
    await poll(client, id);
    expect([await calls('chat'), await calls('fetch_response'), await tokens()]).toEqual([1, 2, ALL]);
  });

  it('is forgotten after a thousand more', async () => {
    const client = createClient();
    const first = await client.responses.create({ ...REQUEST, background: true });
    const second = await client.responses.create({ ...REQUEST, background: true });
    for (let more = 0; more < 999; more++) await client.responses.create({ ...REQUEST, background: true });
    await poll(client, first.id);
    expect(await tokens()).toEqual(NONE);
    await poll(client, second.id);
    expect(await tokens()).toEqual(ALL);
  });
});

describe('a stream of it', () => {
  const SLOWLY: Scenario = { ...ANSWER, schedule: { firstTokenMillis: 10, interTokenMillis: 10 } };

  it('that is read to its end is a call like any other', async () => {
    const client = createClient();
    for await (const _ of await client.responses.create({ ...REQUEST, background: true, stream: true }));
    expect(await tokens()).toEqual(ALL);
    await poll(client, 'resp_0');
    expect(await tokens()).toEqual(ALL);
  });

  it('that is left early has its tokens counted when the rest is fetched', async () => {
    scenario = SLOWLY;
    const client = createClient();
    let cursor = 0;
    for await (const event of await client.responses.create({ ...REQUEST, background: true, stream: true })) {
      cursor = event.sequence_number;
      if (event.type === 'response.output_text.delta') break;
    }
    expect(await tokens()).toEqual(NONE);
    const rest = await client.responses.retrieve('resp_0', { stream: true, starting_after: cursor });
    const types: string[] = [];
    for await (const { type } of rest) types.push(type);
    expect(types.filter((type) => type === 'response.output_text.delta')).toHaveLength(1);
    expect(await tokens()).toEqual(ALL);
    expect(await telemetry.total('llm_requests_total', { operation: 'chat', outcome: 'cancelled' })).toBe(1);
  });

  it('that is fetched is timed under an operation of its own', async () => {
    scenario = SLOWLY;
    const client = createClient();
    const { id } = await client.responses.create({ ...REQUEST, background: true });
    for await (const _ of await client.responses.retrieve(id, { stream: true }));
    const fetched = { operation: 'fetch_response' };
    expect(await telemetry.total('llm_time_to_first_token_seconds', fetched)).toBe(1);
    expect(await telemetry.total('llm_inter_token_latency_seconds', fetched)).toBe(1);
    expect(await telemetry.total('llm_time_per_output_token_seconds')).toBe(0);
    expect(await telemetry.total('llm_time_to_first_token_seconds')).toBe(1);
    expect(await telemetry.total('gen_ai.client.inference.time_to_first_chunk')).toBe(0);
    expect(await tokens()).toEqual(ALL);
  });

  it("goes through the SDK's helper once", async () => {
    const client = createClient();
    const { id } = await client.responses.create({ ...REQUEST, background: true });
    const final = await client.responses.stream({ response_id: id }).finalResponse();
    expect(final.output[0]).toMatchObject({ type: 'message' });
    expect([await calls('chat'), await calls('fetch_response'), await tokens()]).toEqual([1, 1, ALL]);
  });
});

describe('the span of a fetch', () => {
  it("is the convention's, without tokens", async () => {
    const client = createClient({ provider: 'openai' });
    const { id } = await client.responses.create({ ...REQUEST, background: true });
    await poll(client, id);
    const [, pending, last] = telemetry.spans();
    expect(pending).toMatchObject({
      name: 'fetch_response',
      attributes: { 'gen_ai.response.id': id, 'gen_ai.response.status': 'in_progress', 'openai.api.type': 'responses' },
    });
    expect(last).toMatchObject({
      attributes: {
        'gen_ai.operation.name': 'fetch_response',
        'gen_ai.response.status': 'completed',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.response.model': 'fake-1',
      },
    });
    expect(Object.keys(last!.attributes).filter((key) => key.startsWith('gen_ai.usage.'))).toEqual([]);
  });

  it('is no error when what it fetched failed, and is one when it failed itself', async () => {
    const body = {
      id: 'resp_0',
      status: 'failed',
      error: { code: 'server_error', message: 'Sorry' },
      background: true,
    };
    const fetch = vi.fn(async () => Response.json(body));
    const client = createClient();
    await client.withOptions({ fetch }).responses.retrieve('resp_0');
    expect(await calls('fetch_response')).toBe(1);
    expect(telemetry.spans()[0]).toMatchObject({ status: { code: 'UNSET' } });
    await client.responses.retrieve('nothing').catch(() => {});
    const error = { operation: 'fetch_response', outcome: 'error', error_type: '404' };
    expect(await telemetry.total('llm_requests_total', error)).toBe(1);
  });
});

describe('a response that says it failed', () => {
  const FAILED = { id: 'resp_0', status: 'failed', error: { code: 'server_error', message: 'Sorry' }, output: [] };
  const failed = { outcome: 'error', error_type: 'server_error' };

  it('is an error, whole', async () => {
    const fetch = async () => Response.json(FAILED);
    expect(await createClient().withOptions({ fetch }).responses.create(REQUEST)).toMatchObject({ status: 'failed' });
    expect(await telemetry.total('llm_requests_total', failed)).toBe(1);
    expect(telemetry.spans()).toMatchObject([{ status: { code: 'ERROR', message: 'Sorry' } }]);
    expect(telemetry.spans()[0]!.attributes).toMatchObject({
      'error.type': 'server_error',
      'gen_ai.response.finish_reasons': ['error'],
    });
  });

  it.each([
    ['at its end', { type: 'response.failed', response: FAILED }],
    ['by an event', { type: 'error', code: 'server_error', message: 'Sorry' }],
  ])('is an error, streamed, %s', async (_, event) => {
    const headers = { 'content-type': 'text/event-stream' };
    const fetch = async () => new Response(`data: ${JSON.stringify(event)}\n\n`, { headers });
    const stream = await createClient()
      .withOptions({ fetch })
      .responses.create({ ...REQUEST, stream: true });
    const seen: unknown[] = [];
    for await (const one of stream) seen.push(one);
    expect(seen).toEqual([event]);
    expect(await telemetry.total('llm_requests_total', failed)).toBe(1);
    expect(telemetry.spans()).toMatchObject([{ status: { code: 'ERROR', message: 'Sorry' } }]);
  });
});
