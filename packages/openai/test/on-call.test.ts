import type OpenAI from 'openai';
import { describe, expect, it, vi } from 'vitest';
import { type CallSummary, type WrapOpenAIOptions, wrapOpenAI } from '../src/index';
import { type Answer, createClient, DONE } from './mock-fetch';

const MESSAGES = [{ role: 'user' as const, content: 'Hi' }];
const REQUEST = { model: 'meta/llama-3.1-8b-instruct', messages: MESSAGES };
const USAGE = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
const HEADERS = { 'x-request-id': 'req-1' };

const chunk = (content: string, finish: string | null = null) => ({
  id: 'chatcmpl-1',
  model: 'llama-3.1-8b',
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  usage: finish === null ? null : USAGE,
});

const STREAM: Answer = {
  headers: HEADERS,
  frames: [
    [0, chunk('a')],
    [0, chunk('b', 'stop')],
    [0, DONE],
  ],
};
const RESULT: Answer = {
  headers: HEADERS,
  body: { id: 'chatcmpl-2', model: 'llama-3.1-8b', choices: [{ index: 0, finish_reason: 'length' }], usage: USAGE },
};
const FAILURE: Answer = { status: 429, headers: HEADERS, body: { error: { message: 'slow down' } } };

const COMMON = {
  provider: 'nvidia-nim',
  operation: 'chat',
  model: 'meta/llama-3.1-8b-instruct',
  requestId: 'req-1',
  traceId: undefined,
};
const ANSWERED = { ...COMMON, outcome: 'ok', responseModel: 'llama-3.1-8b', usage: { input: 9, output: 2 } };

/** Uses a client and gives what `onCall` was told. */
async function told(
  answer: Answer,
  use: (client: OpenAI) => Promise<unknown>,
  options: WrapOpenAIOptions = {},
): Promise<CallSummary[]> {
  const summaries: CallSummary[] = [];
  const client = createClient(answer);
  await use(wrapOpenAI(client, { ...options, onCall: (summary) => summaries.push(summary) }));
  await vi.waitFor(() => expect(summaries).not.toEqual([]));
  return summaries;
}

describe('onCall, without OpenTelemetry, is told', () => {
  it('of a stream', async () => {
    const summaries = await told(STREAM, async (client) => {
      for await (const _ of await client.chat.completions.create({ ...REQUEST, stream: true }));
    });
    expect(summaries).toMatchObject([{ ...ANSWERED, stream: true, finishReasons: ['stop'], responseId: 'chatcmpl-1' }]);
    expect(summaries[0]!.timeToFirstTokenSeconds).toBeGreaterThan(0);
    expect(summaries[0]!.durationSeconds).toBeGreaterThanOrEqual(summaries[0]!.timeToFirstTokenSeconds!);
  });

  it('of a result', async () => {
    const summaries = await told(RESULT, (client) => client.chat.completions.create(REQUEST));
    expect(summaries).toMatchObject([
      { ...ANSWERED, stream: false, finishReasons: ['length'], responseId: 'chatcmpl-2' },
    ]);
  });

  it('of a cost that is known later, and of all that was known before', async () => {
    const use = async (client: OpenAI) => {
      for await (const _ of await client.chat.completions.create({ ...REQUEST, model: 'gpt-4o-mini', stream: true }));
    };
    const [summary] = await told(STREAM, use, { provider: 'openai' });
    expect(summary).toMatchObject({ cost: { source: 'table', usd: expect.any(Number) }, requestId: 'req-1' });
    expect(summary!.timeToFirstTokenSeconds).toBeGreaterThan(0);
  });

  it('of a failure, with the id that the error has', async () => {
    const summaries = await told(FAILURE, (client) => client.chat.completions.create(REQUEST).catch(() => undefined));
    expect(summaries).toMatchObject([{ ...COMMON, outcome: 'error', errorType: '429', usage: undefined }]);
    expect(JSON.stringify(summaries)).not.toContain('slow down');
  });

  it('of both, when it has copies', async () => {
    const summaries = await told(RESULT, async (client) => {
      await client.withOptions({ timeout: 1000 }).chat.completions.create(REQUEST);
      await client.chat.completions.create(REQUEST);
    });
    expect(summaries).toHaveLength(2);
  });
});
