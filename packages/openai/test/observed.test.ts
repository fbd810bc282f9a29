import type OpenAI from 'openai';
import { describe, expect, it, vi } from 'vitest';
import { wrapOpenAI } from '../src/index';
import { createClient } from './mock-fetch';
import { details, SDKS, useWrapped, type Wrapped } from './wrapped';

const USAGE = {
  input_tokens: 1200,
  input_tokens_details: { cached_tokens: 200 },
  output_tokens: 300,
  output_tokens_details: { reasoning_tokens: 100 },
  total_tokens: 1500,
};

const batch = (id: string, status: string, more = {}) => ({
  body: { id, object: 'batch', status, endpoint: '/v1/chat/completions', created_at: 1, ...more },
});
const finished = (id: string, more = {}) =>
  batch(id, 'completed', {
    model: 'gpt-5-2025-08-07',
    request_counts: { total: 10, completed: 9, failed: 1 },
    usage: USAGE,
    ...more,
  });
const ORDER = { input_file_id: 'file-1', endpoint: '/v1/chat/completions', completion_window: '24h' } as const;

/** What is counted, once the modules are there that count. */
async function counted({ telemetry }: Wrapped, name: string, attributes = {}, value = 0): Promise<void> {
  await vi.waitFor(async () => expect(await telemetry.total(name, attributes)).toBe(value));
}

describe.each(SDKS)('%s: a batch', (name, SDK) => {
  it('is counted when it is first seen finished, as delayed work at its own price', async () => {
    const pricing = vi.fn((_model: string, _usage: object, { operation }: { operation: string }) =>
      operation === 'batch' ? 0.5 : 1,
    );
    const id = `batch_${name}`;
    const answers = [batch(id, 'validating'), batch(id, 'in_progress'), finished(id)];
    const wrapped = useWrapped(answers, { SDK, pricing, provider: 'litellm' });
    const { batches } = wrapped.client;
    await batches.create(ORDER);
    await batches.retrieve(id);
    expect((await batches.retrieve(id)).usage).toEqual(USAGE);
    await counted(wrapped, 'llm_tokens_total', { model: 'gpt-5-2025-08-07', type: 'input' }, 1200);
    for (let again = 0; again < 3; again++) await batches.retrieve(id);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await counted(wrapped, 'llm_tokens_total', {}, 1500);
    await counted(wrapped, 'llm_requests_total', { operation: 'batch', outcome: 'ok' }, 9);
    await counted(wrapped, 'llm_requests_total', { operation: 'batch', outcome: 'error' }, 1);
    await counted(wrapped, 'llm_requests_total', {}, 10);
    await counted(wrapped, 'llm_cost_total', { source: 'user' }, 0.5);
    expect(await details(wrapped)).toEqual({ cache_read: 200, reasoning: 100, batch_input: 1200, batch_output: 300 });
    expect(pricing).toHaveBeenCalledTimes(1);
    expect(wrapped.telemetry.spans()).toEqual([]);
    const names = (await wrapped.telemetry.metrics()).map((row) => row.name);
    expect(names.filter((one) => /duration|gen_ai/.test(one))).toEqual([]);
  });

  it('is seen in lists too', async () => {
    const id = `batch_list_${name}`;
    const page = (entry: { body: object }) => ({ body: { object: 'list', data: [entry.body], has_more: false } });
    const wrapped = useWrapped([page(batch(id, 'finalizing')), page(finished(id))], { SDK });
    for await (const _ of wrapped.client.batches.list());
    for await (const { status } of wrapped.client.batches.list()) expect(status).toBe('completed');
    await counted(wrapped, 'llm_tokens_total', {}, 1500);
  });
});

describe('a batch', () => {
  it('costs half of what the price table has, before any other price', async () => {
    const pricing = vi.fn(() => 1);
    const wrapped = useWrapped([batch('batch_half', 'in_progress'), finished('batch_half')], { pricing });
    await wrapped.client.batches.retrieve('batch_half');
    await wrapped.client.batches.retrieve('batch_half');
    const usd = ((1000 * 1.25 + 200 * 0.125 + 300 * 10) * 1e-6) / 2;
    await vi.waitFor(async () =>
      expect(await wrapped.telemetry.total('llm_cost_total', { source: 'table' })).toBeCloseTo(usd, 12),
    );
    expect(pricing).not.toHaveBeenCalled();
  });

  const play = async (answers: readonly { body: object }[], use: (client: OpenAI) => Promise<unknown>) => {
    const wrapped = useWrapped(answers);
    await use(wrapped.client);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return wrapped;
  };

  it('of another process, which was never seen unfinished, is not counted', async () => {
    const wrapped = await play([finished('batch_old')], (client) => client.batches.retrieve('batch_old'));
    await counted(wrapped, 'llm_tokens_total', {}, 0);
  });

  it('without usage misses that of its answers', async () => {
    const answers = [batch('batch_1', 'in_progress'), finished('batch_1', { usage: undefined })];
    const wrapped = await play(answers, async ({ batches }) => {
      await batches.retrieve('batch_1');
      await batches.retrieve('batch_1');
    });
    await counted(wrapped, 'llm_usage_missing_total', { operation: 'batch' }, 9);
    await counted(wrapped, 'llm_tokens_total', {}, 0);
  });

  it('that was cancelled counts what was done', async () => {
    const answers = [batch('batch_2', 'cancelling'), finished('batch_2', { status: 'cancelled' })];
    const wrapped = await play(answers, async ({ batches }) => {
      await batches.cancel('batch_2');
      await batches.retrieve('batch_2');
    });
    await counted(wrapped, 'llm_tokens_total', {}, 1500);
  });

  it('among more than a thousand is given up when it is the oldest', async () => {
    const data = Array.from({ length: 1001 }, (_, index) => batch(`batch_many_${index}`, 'in_progress').body);
    const answers = [{ body: { data, has_more: false } }, finished('batch_many_0'), finished('batch_many_1')];
    const wrapped = await play(answers, async ({ batches }) => {
      await batches.list();
      await batches.retrieve('batch_many_0');
      await batches.retrieve('batch_many_1');
    });
    await counted(wrapped, 'llm_tokens_total', {}, 1500);
  });

  it('that cannot be had is the error of the SDK, and of nobody else', async () => {
    const { client, telemetry } = useWrapped([{ status: 404, body: { error: { message: 'no such batch' } } }]);
    await expect(client.batches.retrieve('batch_none')).rejects.toThrow('no such batch');
    await expect(client.batches.list().then()).rejects.toThrow('no such batch');
    expect(await telemetry.metrics()).toEqual([]);
  });

  it('is the same to its caller', async () => {
    const answer = finished('batch_3');
    const bare = await createClient(answer).batches.retrieve('batch_3').withResponse();
    const { batches } = wrapOpenAI(createClient(answer));
    const { data, response } = await batches.retrieve('batch_3').withResponse();
    expect([data, response.status]).toEqual([bare.data, bare.response.status]);
    expect(await (await batches.retrieve('batch_3').asResponse()).json()).toEqual(answer.body);
  });
});

describe.each(SDKS)('%s: a fine-tuning job', (name, SDK) => {
  const job = `ftjob-${name}`;
  const event = (step: number, more = {}) => ({
    id: `ftevent-${step}`,
    object: 'fine_tuning.job.event',
    created_at: 1_693_582_000 + step,
    level: 'info',
    message: `Step ${step}/300: training loss=0.15`,
    type: 'metrics',
    data: { step, train_loss: 1 / step, learning_rate: 0.001, train_mean_token_accuracy: 0.94, ...more },
  });
  const message = { ...event(301), type: 'message', message: 'New fine-tuned model created', data: {} };
  const page = (...data: object[]) => ({ body: { object: 'list', data, has_more: false } });

  it('sets gauges by its model to the newest of its metrics', async () => {
    const created = { body: { id: job, object: 'fine_tuning.job', model: 'gpt-4o-mini-2024-07-18', status: 'queued' } };
    const answers = [created, page(message, event(200), event(100)), page(event(50)), page(event(250, { lr: 1 }))];
    const wrapped = useWrapped(answers, { SDK });
    const { jobs } = wrapped.client.fineTuning;
    await jobs.create({ model: 'gpt-4o-mini-2024-07-18', training_file: 'file-1' });
    for await (const _ of jobs.listEvents(job));
    const labels = { provider: 'openai', model: 'gpt-4o-mini-2024-07-18' };
    await counted(wrapped, 'training_step', labels, 200);
    await counted(wrapped, 'training_loss', labels, 0.005);
    await counted(wrapped, 'training_learning_rate', labels, 0.001);
    await jobs.listEvents(job, { after: 'ftevent-100' });
    await jobs.listEvents(job);
    await counted(wrapped, 'training_step', {}, 250);
    expect(await wrapped.telemetry.total('llm_requests_total')).toBe(0);
  });
});
