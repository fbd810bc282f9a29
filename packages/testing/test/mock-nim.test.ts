import { afterEach, expect, it } from 'vitest';
import { type MockNim, type MockNimOptions, type Scenario, startMockNim } from '../src/index.ts';

let nim: MockNim;
const start = async (options?: MockNimOptions): Promise<MockNim> => {
  nim = await startMockNim({ created: 1, ...options });
  return nim;
};
afterEach(() => nim.close());

const post = (body: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(`${nim.baseURL}/chat/completions`, { method: 'POST', body: JSON.stringify(body), ...init });
const stream = { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] };
const withUsage = { ...stream, stream_options: { include_usage: true } };
const events = (body: string): unknown[] =>
  body
    .split('\n\n')
    .filter((line) => line !== '' && !line.includes('[DONE]'))
    .map((line) => JSON.parse(line.slice('data: '.length)));
const two: Scenario = { tokens: ['a', 'b'] };
const chunk = (delta: unknown, finish_reason: string | null = null): unknown => ({
  ...{ id: 'chatcmpl-0', object: 'chat.completion.chunk', created: 1, model: 'm' },
  choices: [{ index: 0, delta, logprobs: null, finish_reason, ...(finish_reason && { stop_reason: null }) }],
});

it('streams the chunks that NIM sends', async () => {
  await start({ respond: { ...two, reasoningTokens: 1 } });
  const response = await post(withUsage);
  const body = await response.text();
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(body.endsWith('data: [DONE]\n\n')).toBe(true);
  expect(events(body)).toEqual([
    chunk({ role: 'assistant', content: '' }),
    chunk({ reasoning_content: 'the ' }),
    chunk({ content: 'a' }),
    chunk({ content: 'b' }),
    chunk({ content: '' }, 'stop'),
    expect.objectContaining({
      choices: [],
      usage: {
        ...{ prompt_tokens: 8, completion_tokens: 3, total_tokens: 11 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
    }),
  ]);
});

it('sends usage on a stream only when asked, always, or never', async () => {
  const hasUsage = async (request: unknown): Promise<boolean> =>
    (await (await post(request)).text()).includes('"usage"');
  await start({ respond: two });
  expect([await hasUsage(stream), await hasUsage(withUsage)]).toEqual([false, true]);
  await nim.close();
  await start({ respond: { ...two, usage: 'always' } });
  expect([await hasUsage(stream), await hasUsage(withUsage)]).toEqual([true, true]);
  await nim.close();
  await start({ respond: { ...two, usage: false } });
  expect([await hasUsage(withUsage), await hasUsage({ model: 'm' })]).toEqual([false, false]);
});

it('answers a plain call with one completion', async () => {
  const toolCalls = [{ name: 'weather', arguments: '{"city":"Bern"}' }];
  await start({ respond: (_, index) => (index === 0 ? two : { tokens: 0, toolCalls }) });
  const answer = async (request: unknown): Promise<unknown> => (await post(request)).json();
  const text = await answer({ model: 'm', n: 2 });
  expect(text).toMatchObject({
    object: 'chat.completion',
    choices: [{ index: 0, message: { content: 'ab' }, finish_reason: 'stop' }, { index: 1 }],
    usage: { completion_tokens: 4 },
  });
  const call = { id: 'chatcmpl-tool-0', type: 'function', function: toolCalls[0] };
  const message = { content: null, tool_calls: [call] };
  expect(await answer({ model: 'm' })).toMatchObject({ choices: [{ message, finish_reason: 'tool_calls' }] });
});

it('streams tool calls, refusals and several choices', async () => {
  await start({
    respond: { tokens: 0, refusal: 'No, thank you', toolCalls: [{ name: 'f', arguments: '{"n":12345}' }] },
  });
  const chunks = events(await (await post({ ...stream, n: 2 })).text()) as {
    choices: { index: number; delta: unknown }[];
  }[];
  const deltas = chunks.flatMap(({ choices }) => choices).filter(({ index }) => index === 1);
  expect(deltas.map(({ delta }) => delta)).toEqual([
    { role: 'assistant', content: '' },
    { refusal: 'No, than' },
    { refusal: 'k you' },
    { tool_calls: [{ index: 0, id: 'chatcmpl-tool-0', type: 'function', function: { name: 'f', arguments: '' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{"n":123' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '45}' } }] },
    { content: '' },
  ]);
});

it('lists models and reports health', async () => {
  await start({ models: ['a/b'] });
  const get = async (path: string): Promise<unknown> => (await fetch(`${nim.baseURL}${path}`)).json();
  expect(await get('/models')).toMatchObject({ data: [{ id: 'a/b', object: 'model' }] });
  expect(await get('/health/ready')).toEqual({ object: 'health.response', message: 'Service is ready.' });
  expect((await fetch(`${nim.baseURL}/nothing`)).status).toBe(404);
  expect((await post('not an object')).status).toBe(400);
  expect(nim.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v1/models',
    'GET /v1/health/ready',
    'GET /v1/nothing',
    'POST /v1/chat/completions',
  ]);
});

const send = (path: string, body: unknown): Promise<Response> =>
  fetch(`${nim.baseURL}${path}`, { method: 'POST', body: JSON.stringify(body) });
const fetched = async (path: string): Promise<unknown> => (await fetch(`${nim.baseURL}${path}`)).json();

it('streams a response as events, each item whole at last', async () => {
  await start({ respond: { ...two, reasoningTokens: 1, toolCalls: [{ name: 'f', arguments: '{}' }] } });
  const body = await (await send('/responses', { model: 'm', input: 'Hi', stream: true })).text();
  expect([...body.matchAll(/^event: (.*)$/gm)].map(([, type]) => type!.replace('response.', ''))).toEqual([
    ...['created', 'in_progress'],
    ...['output_item.added', 'content_part.added', 'reasoning_text.delta', 'reasoning_text.done'],
    ...['content_part.done', 'output_item.done'],
    ...['output_item.added', 'content_part.added', 'output_text.delta', 'output_text.delta', 'output_text.done'],
    ...['content_part.done', 'output_item.done'],
    ...['output_item.added', 'function_call_arguments.delta', 'function_call_arguments.done', 'output_item.done'],
    'completed',
  ]);
  const whole = await (await send('/responses', { model: 'm', input: 'Hi' })).json();
  expect(whole).toMatchObject({
    id: 'resp_1',
    status: 'completed',
    output: [{ type: 'reasoning' }, { content: [{ text: 'ab' }] }, { type: 'function_call', arguments: '{}' }],
    usage: { input_tokens: 1, output_tokens: 4, output_tokens_details: { reasoning_tokens: 1 } },
  });
});

it('makes a response in the background, to be fetched or streamed from where one was', async () => {
  await start({ respond: { ...two, fetchesUntilReady: 2 } });
  const queued = await (await send('/responses', { model: 'm', input: 'Hi', background: true })).json();
  expect(queued).toMatchObject({ id: 'resp_0', status: 'queued', background: true, output: [], usage: null });
  expect(await fetched('/responses/resp_0')).toMatchObject({ status: 'in_progress', usage: null });
  expect(await fetched('/responses/resp_0')).toMatchObject({ status: 'in_progress' });
  expect(await fetched('/responses/resp_0')).toMatchObject({ status: 'completed', usage: { output_tokens: 2 } });
  const rest = await (await fetch(`${nim.baseURL}/responses/resp_0?stream=true&starting_after=7`)).text();
  expect(rest).toMatch(/^event: response\.output_item\.done\ndata: .*\n\nevent: response\.completed\n.*\n\n$/);
  expect((await fetch(`${nim.baseURL}/responses/resp_9`)).status).toBe(404);
});

it('completes text', async () => {
  await start({ respond: two });
  expect(await (await send('/completions', { model: 'm', prompt: 'Hi' })).json()).toMatchObject({
    id: 'cmpl-0',
    object: 'text_completion',
    choices: [{ index: 0, text: 'ab', finish_reason: 'stop' }],
    usage: { completion_tokens: 2 },
  });
  const body = await (await send('/completions', { ...withUsage, prompt: 'Hi', n: 2 })).text();
  const texts = (events(body) as { choices: { text: string }[] }[]).map(({ choices }) => choices[0]?.text);
  expect(texts).toEqual(['a', 'a', 'b', 'b', '', '', undefined]);
});
