import { describe, expect, it } from 'vitest';
import { figures, onlySpan } from '../../core/test/measure';
import {
  type Answer,
  block,
  delta,
  end,
  message,
  REQUEST,
  read,
  SDKS,
  STOP,
  start,
  stream,
  text,
  usage,
  useWrapped,
} from './wrapped';

const PING = { type: 'ping' };

/** What a stream of these events was measured as. */
async function measured(events: readonly object[], SDK = SDKS.at(-1)![1]) {
  const { client, telemetry } = useWrapped([{ events }], { SDK });
  const error = await read(client);
  const rows = await telemetry.metrics();
  return { ...figures(rows), rows, error, span: onlySpan(telemetry), telemetry };
}

const NOTHING: readonly (readonly [title: string, event: object])[] = [
  ['a ping', PING],
  ['an empty text block', block({ type: 'text', text: '' })],
  ['an empty thinking block', block({ type: 'thinking', thinking: '', signature: '' })],
  ['a tool without input', block({ type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} })],
  ['an empty text', text('')],
  ['an empty input', delta({ type: 'input_json_delta', partial_json: '' })],
  ['a signature', delta({ type: 'signature_delta', signature: 'c2ln' })],
  ['a citation', delta({ type: 'citations_delta', citation: { type: 'char_location', cited_text: 'x' } })],
  ['a summary of the conversation', delta({ type: 'compaction_delta', content: 'they said hello' })],
  ['what a search found', block({ type: 'web_search_tool_result', tool_use_id: 's', content: [{ title: 'x' }] })],
  ['a delta of an unknown kind', delta({ type: 'new_delta', amount: 3 })],
  ['an event of an unknown kind', { type: 'content_block_news', index: 0 }],
];

const TOKENS: readonly (readonly [title: string, kind: string, event: object])[] = [
  ['text', 'output', text('Hello')],
  ['input of a tool', 'output', delta({ type: 'input_json_delta', partial_json: '{"ci' })],
  ['thinking', 'reasoning', delta({ type: 'thinking_delta', thinking: 'Well' })],
  ['a block that begins with text', 'output', block({ type: 'text', text: 'Hello' })],
  ['a tool that begins with its input', 'output', block({ type: 'tool_use', id: 't', name: 'w', input: { a: 1 } })],
];

describe('the first token', () => {
  it.each(NOTHING)('does not come with %s', async (_, event) => {
    const { firstToken, firstChunk, outcomes, span } = await measured(stream(event));
    expect([firstToken, typeof firstChunk, outcomes]).toEqual([undefined, 'number', { ok: 1 }]);
    expect(span.attributes).not.toHaveProperty('llm.stream.first_token');
  });

  it.each(TOKENS)('comes with %s', async (_, kind, event) => {
    const { firstToken, firstOutputToken, span } = await measured(stream(PING, event));
    expect(firstToken).toBeGreaterThanOrEqual(0);
    expect(firstOutputToken === undefined).toBe(kind === 'reasoning');
    expect(span.attributes['llm.stream.first_token']).toBe(kind);
  });
});

describe.each(SDKS)('SDK %s: tokens', (_, SDK) => {
  it('are those of the last message_delta, which replaces; the input has what came from the cache and went to it', async () => {
    const events = [
      start({ usage: usage(4, 1, { cache_read_input_tokens: 1000, cache_creation_input_tokens: 200 }) }),
      text('Hello'),
      end({ output_tokens: 3 }, { stop_reason: null }),
      end({ output_tokens: 7, output_tokens_details: { thinking_tokens: 2 } }),
      STOP,
    ];
    const { tokens, span } = await measured(events, SDK);
    expect(tokens).toEqual({ input: 1204, output: 7, cache_read: 1000, cache_write: 200, reasoning: 2 });
    expect(span.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 1204,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.usage.cache_read.input_tokens': 1000,
      'gen_ai.usage.cache_write.input_tokens': 200,
      'gen_ai.usage.reasoning.output_tokens': 2,
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.response.id': 'msg_1',
      'gen_ai.response.model': 'claude-sonnet-5-20260601',
    });
  });

  it('of the input are replaced where the end tells others', async () => {
    const events = [start(), text('Hello'), end(usage(30, 7, { cache_read_input_tokens: 5 })), STOP];
    expect((await measured(events, SDK)).tokens).toEqual({ input: 35, output: 7, cache_read: 5 });
  });

  it('of the output are none before the end, whatever the beginning says', async () => {
    const { client, telemetry } = useWrapped([{ events: stream(text('a'), text('b')) }], { SDK });
    for await (const event of await client.messages.create({ ...REQUEST, stream: true })) {
      if (event.type === 'content_block_delta') break;
    }
    expect(figures(await telemetry.metrics())).toMatchObject({ outcomes: { cancelled: 1 }, tokens: { input: 10 } });
  });

  it('of a plain message are its usage', async () => {
    const body = message({ usage: usage(10, 5, { cache_read_input_tokens: 2 }) });
    const { client, telemetry } = useWrapped([{ body }], { SDK });
    await client.messages.create(REQUEST);
    expect(figures(await telemetry.metrics()).tokens).toEqual({ input: 12, output: 5, cache_read: 2 });
  });

  it('that are missing are missed', async () => {
    const { client, telemetry } = useWrapped([{ body: message({ usage: undefined }) }], { SDK });
    await client.messages.create(REQUEST);
    expect(figures(await telemetry.metrics())).toMatchObject({ tokens: {}, usageMissing: 1 });
  });
});

describe('the end of a stream', () => {
  it('is message_stop', async () => {
    expect((await measured([start(), text('Hello'), end()])).outcomes).toEqual({ truncated: 1 });
  });

  it.each(['refusal', 'pause_turn', 'max_tokens', 'tool_use', 'model_context_window_exceeded'])(
    'with %s is ok, and says so',
    async (stop_reason) => {
      const { outcomes, span } = await measured([start(), end(usage(10, 5), { stop_reason }), STOP]);
      expect(outcomes).toEqual({ ok: 1 });
      expect(span.attributes['gen_ai.response.finish_reasons']).toEqual([stop_reason]);
    },
  );
});

describe.each(SDKS)('SDK %s: an error in mid-stream', (_, SDK) => {
  it.each(['overloaded_error', 'api_error', 'rate_limit_error'])('is %s', async (type) => {
    const error = { type: 'error', error: { type, message: 'Overloaded' } };
    const { outcomes, rows, error: thrown } = await measured([start(), text('Hello'), error], SDK);
    expect(thrown).toBeInstanceOf(Error);
    expect(outcomes).toEqual({ error: 1 });
    const counted = rows.find(({ name }) => name === 'llm_requests_total');
    expect(counted?.attributes.error_type).toBe(type);
  });

  it('of a kind that nobody knows is no label', async () => {
    const error = { type: 'error', error: { type: 'user_4711_error', message: 'x' } };
    const { rows } = await measured([start(), error], SDK);
    const type = rows.find(({ name }) => name === 'llm_requests_total')?.attributes.error_type;
    expect(type).toMatch(/^API(Connection)?Error$/);
  });

  it('before it is a status where there is one', async () => {
    const body = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const { client, telemetry } = useWrapped([{ status: 529, body }], { SDK });
    await expect(client.messages.create(REQUEST)).rejects.toThrow();
    expect(await telemetry.total('llm_requests_total', { error_type: '529' })).toBe(1);
  });
});

describe('an answer', () => {
  it('of a fallback has the model that wrote it, and the usage of the end', async () => {
    const fallback = block({ type: 'fallback', from: { model: 'claude-fable-5' }, to: { model: 'claude-opus-4-8' } });
    const events = [start({ model: 'claude-fable-5' }), fallback, text('Hello', 1), end(usage(412, 264)), STOP];
    const { span, tokens } = await measured(events);
    expect(span.attributes['gen_ai.response.model']).toBe('claude-opus-4-8');
    expect(tokens).toEqual({ input: 412, output: 264 });
  });

  it('counts the tools that the server ran, and those that the application has to', async () => {
    const events = [
      start(),
      block({ type: 'server_tool_use', id: 's1', name: 'web_search', input: {} }),
      block({ type: 'server_tool_use', id: 's2', name: 'bash_code_execution', input: {} }, 1),
      block({ type: 'server_tool_use', id: 's3', name: 'text_editor_code_execution', input: {} }, 2),
      block({ type: 'tool_use', id: 't1', name: 'weather', input: {} }, 3),
      block({ type: 'tool_use', id: 't2', name: 'weather', input: {} }, 4),
      end(usage(10, 5, { server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 } })),
      STOP,
    ];
    const { telemetry, span } = await measured(events);
    expect(await telemetry.total('llm_server_tools_total', { tool: 'web_search' })).toBe(2);
    expect(await telemetry.total('llm_server_tools_total', { tool: 'code_execution' })).toBe(2);
    expect(await telemetry.total('llm_server_tools_total')).toBe(4);
    expect(span.attributes['llm.tool_calls']).toBe(2);
  });

  it('tells what was cut out of the context, and what summing it up took', async () => {
    const context_management = {
      applied_edits: [
        { type: 'clear_tool_uses_20250919', cleared_tool_uses: 3, cleared_input_tokens: 500 },
        { type: 'clear_thinking_20251015', cleared_thinking_turns: 1, cleared_input_tokens: 70 },
      ],
    };
    const iterations = [{ type: 'compaction', ...usage(100, 83, { cache_read_input_tokens: 55_096 }) }, usage(181, 8)];
    const { span, tokens } = await measured([
      start(),
      text('Hello'),
      end(usage(181, 8, { iterations }), undefined, { context_management }),
      STOP,
    ]);
    expect(span.attributes).toMatchObject({
      'llm.context_edits': 2,
      'llm.context_edits.cleared_input_tokens': 570,
      'anthropic.usage.compaction.input_tokens': 55_196,
      'anthropic.usage.compaction.output_tokens': 83,
    });
    expect(tokens).toEqual({ input: 181, output: 8 });
  });
});

describe.each(SDKS)('SDK %s: a request', (_, SDK) => {
  it('has its parameters on the span, and the answer its headers', async () => {
    const headers = {
      'request-id': 'req_1',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-tokens-remaining': '9000',
      'anthropic-ratelimit-input-tokens-reset': '2026-11-23T17:00:00Z',
    };
    const { client, telemetry } = useWrapped([{ body: message(), headers }], { SDK });
    const more = { temperature: 0.5, top_k: 3, stop_sequences: ['END'], thinking: { type: 'disabled' as const } };
    await client.messages.create({ ...REQUEST, ...more, output_config: { effort: 'low' } } as typeof REQUEST);
    expect(onlySpan(telemetry).attributes).toMatchObject({
      'gen_ai.request.max_tokens': 64,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_k': 3,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.request.reasoning.level': 'low',
      'anthropic.thinking.type': 'disabled',
      'http.response.header.request-id': ['req_1'],
      'http.response.header.anthropic-ratelimit-input-tokens-reset': ['2026-11-23T17:00:00Z'],
    });
    expect(await telemetry.total('llm_rate_limit_remaining', { kind: 'requests' })).toBe(49);
    expect(await telemetry.total('llm_rate_limit_remaining', { kind: 'tokens' })).toBe(9000);
  });

  it('that the SDK repeats is one call, and its retries are counted by what was wrong', async () => {
    const answers: Answer[] = [
      { status: 529, body: {}, headers: { 'retry-after-ms': '1', 'x-should-retry': 'true' } },
      { status: 500, body: {}, headers: { 'retry-after-ms': '1' } },
      { body: message() },
    ];
    const { client, telemetry } = useWrapped(answers, { SDK, client: { maxRetries: 2 }, registered: true });
    await client.messages.create(REQUEST);
    await expect.poll(() => telemetry.total('llm_retries_total', { error_type: '529' })).toBe(1);
    expect(await telemetry.total('llm_retries_total', { error_type: '500' })).toBe(1);
    expect(await telemetry.total('llm_requests_total')).toBe(1);
    telemetry.unregister();
  });

  it('of a beta counts as any', async () => {
    const { client, telemetry } = useWrapped([{ body: message() }], { SDK });
    await client.beta.messages.create(REQUEST);
    expect(await telemetry.total('llm_requests_total', { provider: 'anthropic', operation: 'chat' })).toBe(1);
  });
});

describe('other methods', () => {
  it('counting tokens counts none', async () => {
    const { client, telemetry } = useWrapped([{ body: { input_tokens: 2095 } }]);
    await client.messages.countTokens({ model: REQUEST.model, messages: REQUEST.messages });
    expect(figures(await telemetry.metrics())).toMatchObject({ outcomes: { ok: 1 }, tokens: {}, usageMissing: 0 });
    expect(onlySpan(telemetry)).toMatchObject({
      name: `count_tokens ${REQUEST.model}`,
      attributes: { 'anthropic.message.count_tokens.input_tokens': 2095 },
    });
  });

  it('text completions have a first token and no usage', async () => {
    const completion = (words: string, stop_reason: string | null = null) => ({
      ...{ type: 'completion', id: 'compl_1', model: 'claude-2.1', completion: words, stop_reason },
    });
    const events = [completion(''), completion(' Hello'), completion('', 'stop_sequence')];
    const { client, telemetry } = useWrapped([{ events }], { SDK: SDKS[0]![1] });
    const { completions } = client as unknown as {
      completions: { create(body: object): Promise<AsyncIterable<unknown>> };
    };
    const body = { model: 'claude-2.1', prompt: '\n\nHuman: Hi\n\nAssistant:', max_tokens_to_sample: 9, stream: true };
    for await (const _ of await completions.create(body));
    const { outcomes, firstToken, usageMissing } = figures(await telemetry.metrics());
    expect([outcomes, typeof firstToken, usageMissing]).toEqual([{ ok: 1 }, 'number', 0]);
    expect(onlySpan(telemetry)).toMatchObject({
      name: 'text_completion claude-2.1',
      attributes: { 'gen_ai.response.finish_reasons': ['stop_sequence'], 'gen_ai.request.max_tokens': 9 },
    });
  });

  it('before 0.37, caching of prompts was a resource of its own', async () => {
    const { client, telemetry } = useWrapped([{ body: message() }], { SDK: SDKS[0]![1] });
    type Old = { beta: { promptCaching: { messages: { create(body: object): Promise<unknown> } } } };
    await (client as unknown as Old).beta.promptCaching.messages.create(REQUEST);
    expect(await telemetry.total('llm_tokens_total')).toBe(15);
  });
});
