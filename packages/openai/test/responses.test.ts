import { CallFacts, NO_TOKEN, OUTPUT, REASONING } from '@grump/llm-otel-core';
import { describe, expect, it } from 'vitest';
import { compact, responses, retrieve } from '../src/responses';

const OPENAI = { provider: 'openai' };
const NIM = { provider: 'nvidia-nim' };

const fold = (...events: unknown[]) => {
  const facts = new CallFacts();
  return { facts, kinds: events.map((event) => responses.chunk(facts, event)) };
};
const folded = (body: object): CallFacts => {
  const facts = new CallFacts();
  responses.result(facts, body);
  return facts;
};
const delta = (name: string, text: unknown = 'x') => ({ type: `response.${name}.delta`, delta: text, output_index: 0 });
const added = (item: object) => ({ type: 'response.output_item.added', item });
const done = (item: object) => ({ type: 'response.output_item.done', item });
const over = (status: string, more: object = {}) => ({
  type: `response.${status}`,
  response: { id: 'resp_1', model: 'm-1', status, output: [], ...more },
});

describe('the kind of an event', () => {
  it.each([
    ['text', delta('output_text'), OUTPUT],
    ['empty text', delta('output_text', ''), NO_TOKEN],
    ['a refusal', delta('refusal'), OUTPUT],
    ['reasoning', delta('reasoning_text'), REASONING],
    ['a summary of reasoning', delta('reasoning_summary_text'), REASONING],
    ['arguments of a function', delta('function_call_arguments'), OUTPUT],
    ['input of a custom tool', delta('custom_tool_call_input'), OUTPUT],
    ['arguments for MCP', delta('mcp_call_arguments'), OUTPUT],
    ['code to be interpreted', delta('code_interpreter_call_code'), OUTPUT],
    ['a patch', delta('apply_patch_call_operation_diff'), OUTPUT],
    ['a command', delta('shell_call_command'), OUTPUT],
    ['what the command said', delta('shell_call_output_content', { stdout: 'x' }), NO_TOKEN],
    ['sound', delta('audio'), OUTPUT],
    ['its transcript', delta('audio.transcript'), OUTPUT],
    ['words of an event to come', delta('hologram_caption'), OUTPUT],
    ['the creation', { type: 'response.created', response: { status: 'in_progress' } }, NO_TOKEN],
    ['progress', { type: 'response.in_progress', response: { status: 'in_progress' } }, NO_TOKEN],
    ['a queue', { type: 'response.queued', response: { status: 'queued' } }, NO_TOKEN],
    ['a new item', added({ type: 'message', content: [] }), NO_TOKEN],
    ['a search under way', { type: 'response.web_search_call.searching' }, NO_TOKEN],
    ['a picture', { type: 'response.image_generation_call.partial_image', partial_image_b64: 'AAAA' }, NO_TOKEN],
    ['text that is done', { type: 'response.output_text.done', text: 'x' }, NO_TOKEN],
    ['the end', over('completed'), NO_TOKEN],
    ['no type', { sequence_number: 3 }, NO_TOKEN],
    ['a type that is none', { type: 5, delta: 'x' }, NO_TOKEN],
  ])('with %s', (_, event, kind) => {
    expect(fold(event).kinds).toEqual([kind]);
  });

  it.each([
    ['a function call', { type: 'function_call', arguments: '{}' }, OUTPUT],
    ['a call of a computer', { type: 'computer_call', action: { type: 'click' } }, OUTPUT],
    ['a message', { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }, OUTPUT],
    ['a refusal', { type: 'message', content: [{ type: 'refusal', refusal: 'No' }] }, OUTPUT],
    ['an empty message', { type: 'message', content: [{ type: 'output_text', text: '' }, null] }, NO_TOKEN],
    ['reasoning', { type: 'reasoning', summary: [], content: [{ text: 'Hm' }] }, REASONING],
    ['reasoning that nobody can read', { type: 'reasoning', summary: [], encrypted_content: 'AAAA' }, NO_TOKEN],
    ['a search of the server', { type: 'web_search_call', action: { query: 'x' } }, NO_TOKEN],
    ['a call that waits for approval', { type: 'mcp_approval_request', arguments: '{}' }, OUTPUT],
  ])('of an item that comes whole, %s', (_, item, kind) => {
    expect(fold(added(item), done(item)).kinds).toEqual([NO_TOKEN, kind]);
  });

  it('of an item that came in pieces counts the pieces alone', () => {
    const item = { type: 'function_call', arguments: '{}' };
    const { kinds } = fold(added(item), delta('function_call_arguments', '{}'), done(item), added(item), done(item));
    expect(kinds).toEqual([NO_TOKEN, OUTPUT, NO_TOKEN, NO_TOKEN, OUTPUT]);
  });
});

describe('the facts of a stream', () => {
  it('are those of its last response', () => {
    const created = { id: 'resp_1', model: 'm', status: 'in_progress', service_tier: 'auto', usage: null };
    const usage = { input_tokens: 7, output_tokens: 2 };
    const { facts } = fold(
      { type: 'response.created', response: created },
      delta('output_text'),
      over('completed', { service_tier: 'default', usage }),
    );
    expect(facts).toMatchObject({ responseId: 'resp_1', responseModel: 'm-1', serviceTier: 'default', complete: true });
    expect(facts.usage).toMatchObject({ input: 7, output: 2 });
    expect(facts.finishReasons).toEqual(['stop']);
  });

  it("count the calls of the application's own tools, which the end has again, or not at all", () => {
    const call = { type: 'function_call', call_id: 'call_1', arguments: '{}' };
    const custom = { type: 'custom_tool_call', id: 'ctc_1', input: 'x' };
    const items = [added(call), done(call), added(custom), done(custom), done({ type: 'web_search_call', id: 'ws_1' })];
    expect(fold(...items).facts.toolCalls?.size).toBe(2);
    expect(fold(...items, over('completed')).facts.toolCalls?.size).toBe(2);
    expect(fold(...items, over('completed', { output: [call, custom, null] })).facts.toolCalls?.size).toBe(2);
    expect(folded({ status: 'completed', output: [call, { ...call, call_id: 'call_2' }] }).toolCalls?.size).toBe(2);
    expect(folded({ status: 'completed', output: [{ type: 'message' }] }).toolCalls).toBeUndefined();
  });

  it('are incomplete without a terminal event', () => {
    expect(fold({ type: 'response.created', response: { status: 'in_progress' } }).facts.complete).toBe(false);
    expect(fold(delta('output_text'), { type: 'response.output_text.done', text: 'x' }).facts.complete).toBe(false);
  });

  it('tell a failure by its code', () => {
    const { facts } = fold(over('failed', { error: { code: 'server_error', message: 'Sorry' } }));
    expect(facts).toMatchObject({ complete: true, error: { code: 'server_error', message: 'Sorry' } });
    expect(facts.finishReasons).toEqual(['error']);
    expect(fold(over('failed', { error: null })).facts.error).toMatchObject({ code: 'failed' });
    expect(fold({ type: 'error', code: 'rate_limit_exceeded', message: 'Slow' }).facts).toMatchObject({
      complete: true,
      error: { code: 'rate_limit_exceeded', message: 'Slow' },
    });
  });

  it('survive junk', () => {
    const junk = [{}, { type: 'response.completed' }, { type: 'x', item: null, response: null }, added({})];
    expect(fold(...junk).kinds).toEqual(junk.map(() => NO_TOKEN));
  });
});

describe('the finish reason', () => {
  const message = { type: 'message' };
  const call = { type: 'function_call' };
  it.each([
    ['a message', { status: 'completed', output: [{ type: 'reasoning' }, message] }, 'stop'],
    ['a tool call', { status: 'completed', output: [message, call] }, 'tool_call'],
    ['a tool call and more words', { status: 'completed', output: [call, message] }, 'tool_call'],
    ['a tool of the server', { status: 'completed', output: [{ type: 'web_search_call' }, message] }, 'stop'],
    [
      'a shell of the server',
      { status: 'completed', output: [{ type: 'shell_call' }, { type: 'shell_call_output' }, message] },
      'stop',
    ],
    ['a shell of the application', { status: 'completed', output: [{ type: 'shell_call' }] }, 'tool_call'],
    ['something to approve', { status: 'completed', output: [{ type: 'mcp_approval_request' }] }, 'tool_call'],
    ['no output', { status: 'completed' }, 'stop'],
    ['junk as output', { status: 'completed', output: [null, 5] }, 'stop'],
    ['too many tokens', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    ['a filter', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content_filter'],
    ['a failure', { status: 'failed', output: [message] }, 'error'],
    ['a cancellation', { status: 'cancelled' }, 'error'],
    ['a status that nobody knows', { status: 'complete', output: [message] }, 'stop'],
  ])('after %s', (_, body, reason) => {
    expect(folded(body).finishReasons).toEqual([reason]);
  });

  it('is none while the server works on', () => {
    const facts = folded({ status: 'queued', background: true, output: [], usage: null });
    expect(facts).toMatchObject({ finishReasons: [], deferred: true, usage: undefined });
    expect(folded({ status: 'completed', background: true }).deferred).toBe(false);
  });

  it('of a conversation that was summed up is its own', () => {
    const facts = new CallFacts();
    compact.result(facts, { id: 'resp_1', object: 'response.compaction', output: [], usage: { input_tokens: 5 } });
    expect(facts).toMatchObject({ finishReasons: ['compaction'], usage: { input: 5 } });
  });
});

describe('usage', () => {
  const usageOf = (usage: object) => folded({ status: 'completed', usage });

  it('has the parts that OpenAI tells', () => {
    const usage = {
      input_tokens: 100,
      output_tokens: 50,
      input_tokens_details: { cached_tokens: 80, cache_write_tokens: 7 },
      output_tokens_details: { reasoning_tokens: 30 },
    };
    expect(usageOf(usage).usage).toMatchObject({ input: 100, output: 50, cacheRead: 80, cacheWrite: 7, reasoning: 30 });
  });

  it('has the cost that xAI tells', () => {
    expect(usageOf({ input_tokens: 1, output_tokens: 1, cost_in_usd_ticks: 123_456 }).cost).toBeCloseTo(0.0000123456);
  });

  it('is none without a count', () => {
    expect(usageOf({ input_tokens: null, total_tokens: 5 }).usage).toBeUndefined();
  });
});

describe('the attributes of a request', () => {
  const request = {
    model: 'm',
    input: 'Hi',
    temperature: 0.2,
    top_p: 0.9,
    max_output_tokens: 100,
    stream: true,
    reasoning: { effort: 'low' },
    text: { format: { type: 'json_schema' } },
    previous_response_id: 'resp_0',
    conversation: { id: 'conv_1' },
    prompt: { id: 'pmpt_1', version: '2' },
    service_tier: 'priority',
  };

  it('are those of the conventions', () => {
    const attributes = {
      'gen_ai.request.temperature': 0.2,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.stream': true,
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.output.type': 'json',
      'gen_ai.request.previous_response.id': 'resp_0',
      'gen_ai.conversation.id': 'conv_1',
      'gen_ai.prompt.name': 'pmpt_1',
      'gen_ai.prompt.version': '2',
    };
    expect(responses.attributes(request, NIM)).toEqual(attributes);
    expect(responses.attributes(request, OPENAI)).toEqual({
      ...attributes,
      'openai.api.type': 'responses',
      'openai.request.service_tier': 'priority',
    });
    expect(responses.attributes({ conversation: 'conv_2' }, NIM)).toEqual({ 'gen_ai.conversation.id': 'conv_2' });
  });

  it('that fetches a response are its id and where it goes on', () => {
    const fetching = retrieve.request!(['resp_1', { stream: true, starting_after: 42 }]);
    expect(retrieve.attributes(fetching, OPENAI)).toEqual({
      'gen_ai.response.id': 'resp_1',
      'gen_ai.request.stream_cursor': '42',
      'openai.api.type': 'responses',
    });
    expect(retrieve.attributes(retrieve.request!(['resp_1']), NIM)).toEqual({ 'gen_ai.response.id': 'resp_1' });
  });

  it("do not run the caller's getters", () => {
    const fail = () => {
      throw new Error('must run in the SDK alone');
    };
    const traps = ['model', 'temperature', 'conversation', 'prompt', 'text', 'reasoning', 'service_tier'];
    const trapped = Object.defineProperties({}, Object.fromEntries(traps.map((name) => [name, { get: fail }])));
    expect(responses.model(trapped)).toBeUndefined();
    expect(responses.attributes(trapped, NIM)).toEqual({});
    expect(retrieve.attributes(retrieve.request!(['resp_1', trapped]), NIM)).toEqual({
      'gen_ai.response.id': 'resp_1',
    });
  });
});
