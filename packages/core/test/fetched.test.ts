import { describe, expect, it } from 'vitest';
import type { MethodDescriptor, ProviderDescriptor } from '../src/descriptor';
import type { WrapOptions } from '../src/options';
import { type CallFacts, NO_TOKEN, type Usage } from '../src/types';
import { wrapClient } from '../src/wrap';
import { provider } from './fake-sdk';
import { useTelemetry } from './measure';

interface Answer {
  readonly id: string;
  readonly status: 'queued' | 'completed' | 'failed';
  readonly usage?: Usage;
  readonly cost?: number;
  readonly model?: string;
}

const fold = (facts: CallFacts, answer: unknown): void => {
  const { id, status, usage, cost, model } = answer as Answer;
  Object.assign(facts, { responseId: id, status, usage, cost, responseModel: model });
  facts.deferred = status === 'queued';
  facts.complete = status !== 'queued';
  if (status === 'failed') facts.error = { code: 'server_error', message: 'overloaded' };
};

const common: MethodDescriptor = {
  ...provider.methods[0]!,
  resource: ['responses'],
  chunk: (facts, chunk) => {
    fold(facts, chunk);
    return NO_TOKEN;
  },
  result: fold,
};

const DESCRIPTOR: ProviderDescriptor = {
  ...provider,
  methods: [
    { ...common, method: 'create' },
    { ...common, method: 'retrieve', operation: 'retrieve', fetches: true, model: () => undefined },
  ],
};

/** A client that answers what it is asked to. */
function useClient(options: WrapOptions = {}) {
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const responses = {
    create: async (request: { model: string; answer: Answer }) => request.answer,
    retrieve: async (answer: Answer) => answer,
  };
  const client = wrapClient({ responses }, DESCRIPTOR, { meterProvider, tracerProvider, ...options });
  const order = (id: string, model = 'asked-1') => client.responses.create({ model, answer: { id, status: 'queued' } });
  const fetch = (answer: Partial<Answer>) => client.responses.retrieve({ id: 'r-1', status: 'completed', ...answer });
  return { telemetry, client, order, fetch, total: telemetry.total };
}

const USAGE: Usage = { input: 10, output: 5, reasoning: 3 };

describe('a call that the server works on in the background', () => {
  it('misses no usage, and has it when it is fetched, once', async () => {
    const { order, fetch, total } = useClient();
    await order('r-1');
    expect(await total('llm_usage_missing_total')).toBe(0);
    await fetch({ status: 'queued' });
    expect(await total('llm_tokens_total')).toBe(0);
    for (let time = 0; time < 3; time++) await fetch({ usage: USAGE, model: 'answered-1' });
    expect(await total('llm_tokens_total', { model: 'asked-1', type: 'input' })).toBe(10);
    expect(await total('llm_tokens_total')).toBe(15);
    expect(await total('llm_token_details_total', { type: 'reasoning' })).toBe(3);
    const genAi = { 'gen_ai.response.model': 'answered-1', 'gen_ai.operation.name': 'chat' };
    expect(await total('gen_ai.client.inference.usage.input_tokens', genAi)).toBe(10);
    expect(await total('llm_usage_missing_total')).toBe(0);
  });

  it('is a request of its own, and each fetch is another', async () => {
    const { order, fetch, total, telemetry } = useClient();
    await order('r-1');
    await fetch({ usage: USAGE });
    expect(await total('llm_requests_total', { operation: 'chat' })).toBe(1);
    expect(await total('llm_requests_total', { operation: 'retrieve' })).toBe(1);
    expect(await total('llm_requests_in_flight')).toBe(0);
    expect(telemetry.spans()).toMatchObject([{ name: 'chat asked-1' }, { name: 'retrieve' }]);
    expect(telemetry.spans()[0]!.attributes).not.toHaveProperty(['gen_ai.response.status']);
    expect(telemetry.spans()[1]!.attributes).toMatchObject({ 'gen_ai.response.status': 'completed' });
    expect(telemetry.spans()[1]!.attributes).not.toHaveProperty(['gen_ai.usage.input_tokens']);
  });

  it('misses its usage where the server finished without one', async () => {
    const { order, fetch, total } = useClient();
    await order('r-1');
    await fetch({});
    expect(await total('llm_usage_missing_total', { operation: 'chat' })).toBe(1);
  });

  it('misses none where it failed', async () => {
    const { order, fetch, total } = useClient();
    await order('r-1');
    await fetch({ status: 'failed' });
    expect(await total('llm_usage_missing_total')).toBe(0);
    expect(await total('llm_requests_total', { outcome: 'error' })).toBe(0);
  });

  it('has its cost when it is fetched', async () => {
    const { order, fetch, total } = useClient({ pricing: (model) => (model === 'asked-1' ? 2 : undefined) });
    await order('r-1');
    await order('r-2');
    await fetch({ usage: USAGE });
    await fetch({ id: 'r-2', usage: USAGE, cost: 0.5 });
    expect(await total('llm_cost_total', { source: 'user' })).toBe(2);
    expect(await total('llm_cost_total', { source: 'provider' })).toBe(0.5);
    expect(await total('llm_unpriced_requests_total')).toBe(0);
  });

  it('is forgotten where a thousand others came after it', async () => {
    const { order, fetch, total } = useClient();
    for (let call = 0; call <= 1000; call++) await order(`r-${call}`);
    await fetch({ id: 'r-0', usage: USAGE });
    expect(await total('llm_tokens_total')).toBe(0);
    await fetch({ id: 'r-1', usage: USAGE });
    await fetch({ id: 'r-1000', usage: USAGE });
    expect(await total('llm_tokens_total')).toBe(30);
  });
});

it('what another process ordered is fetched without being counted', async () => {
  const { fetch, total } = useClient();
  await fetch({ id: 'unheard of', usage: USAGE });
  expect(await total('llm_tokens_total')).toBe(0);
  expect(await total('llm_requests_total', { operation: 'retrieve', outcome: 'ok' })).toBe(1);
});

it('an answer that says it failed is a failure', async () => {
  const { client, telemetry, total } = useClient();
  await client.responses.create({ model: 'asked-1', answer: { id: 'r-1', status: 'failed', usage: USAGE } });
  expect(await total('llm_requests_total', { outcome: 'error', error_type: 'server_error' })).toBe(1);
  expect(await total('llm_requests_total')).toBe(1);
  expect(telemetry.spans()).toMatchObject([{ status: { code: 'ERROR', message: 'overloaded' } }]);
  expect(await total('llm_tokens_total')).toBe(15);
});
