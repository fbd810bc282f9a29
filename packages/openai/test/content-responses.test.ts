import { createHash } from 'node:crypto';
import { loadTraffic, type TrafficCase, trafficProviders } from '@grump/llm-otel-testing';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { type Captured, LIMITLESS, type Message, useCaptured } from './captured';
import { faultsOf } from './content-schema';

const PIXEL = 'iVBORw0KGgo=';
const QUESTION = { model: 'fake-1', input: 'Hello?' };
const TEXT = { type: 'text', content: 'Hello' };

type Request = OpenAI.Responses.ResponseCreateParamsNonStreaming;

const useResponses = (options = LIMITLESS): Promise<Captured> =>
  useCaptured(options, async (client, request) => client.responses.create(request as Request));

describe('an input as messages', () => {
  const calls = (part: object) => ({ role: 'assistant', parts: [part] });
  it.each<[string, object, object]>([
    ['text', { role: 'user', content: 'Hello' }, { role: 'user', parts: [TEXT] }],
    [
      'a developer message in parts',
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Hello' }] },
      { role: 'developer', parts: [TEXT] },
    ],
    [
      'an earlier answer',
      {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Hello', annotations: [] },
          { type: 'refusal', refusal: 'No' },
        ],
      },
      { role: 'assistant', parts: [TEXT, { type: 'refusal', content: 'No' }] },
    ],
    [
      'pictures, without their data',
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}` },
          { type: 'input_image', image_url: 'https://example.com/a.png' },
          { type: 'input_image', file_id: 'file-1' },
        ],
      },
      {
        role: 'user',
        parts: [
          { type: 'blob', modality: 'image', mime_type: 'image/png', content: '', bytes: 8 },
          { type: 'uri', modality: 'image', uri: 'https://example.com/a.png' },
          { type: 'file', modality: 'image', file_id: 'file-1' },
        ],
      },
    ],
    [
      'files and sound, without their data',
      {
        role: 'user',
        content: [
          { type: 'input_file', file_data: `data:application/pdf;base64,${PIXEL}`, filename: 'a.pdf' },
          { type: 'input_file', file_url: 'https://example.com/a.pdf' },
          { type: 'input_file', file_id: 'file-1' },
          { type: 'input_audio', input_audio: { data: PIXEL, format: 'wav' } },
        ],
      },
      {
        role: 'user',
        parts: [
          { type: 'blob', modality: 'document', mime_type: 'application/pdf', content: '', bytes: 8 },
          { type: 'uri', modality: 'document', uri: 'https://example.com/a.pdf' },
          { type: 'file', modality: 'document', file_id: 'file-1' },
          { type: 'blob', modality: 'audio', mime_type: 'audio/wav', content: '', bytes: 8 },
        ],
      },
    ],
    [
      'a call of a function',
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'add', arguments: '{"a":1}' },
      calls({ type: 'tool_call', id: 'call_1', name: 'add', arguments: { a: 1 } }),
    ],
    [
      'a call of a custom tool',
      { type: 'custom_tool_call', call_id: 'call_1', name: 'shell', input: 'ls' },
      calls({ type: 'tool_call', id: 'call_1', name: 'shell', arguments: 'ls' }),
    ],
    [
      'a call of a computer',
      { type: 'computer_call', id: 'cu_1', call_id: 'call_1', action: { type: 'click', x: 1 } },
      calls({ type: 'tool_call', id: 'call_1', name: 'computer', arguments: { type: 'click', x: 1 } }),
    ],
    [
      "a tool's output",
      { type: 'function_call_output', call_id: 'call_1', output: '3' },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: '3' }] },
    ],
    [
      "a tool's output in parts",
      { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: 'Hello' }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: [TEXT] }] },
    ],
    [
      'a picture of a screen, without its data',
      {
        type: 'computer_call_output',
        call_id: 'call_1',
        output: { type: 'computer_screenshot', image_url: `data:image/png;base64,${PIXEL}` },
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool_call_response',
            id: 'call_1',
            response: [{ type: 'blob', modality: 'image', mime_type: 'image/png', content: '', bytes: 8 }],
          },
        ],
      },
    ],
    [
      'reasoning, without what is encrypted',
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm' }], encrypted_content: 'AAAA' },
      calls({ type: 'reasoning', content: 'Hm' }),
    ],
    [
      'a search of the server',
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
      calls({
        type: 'server_tool_call',
        id: 'ws_1',
        name: 'web_search',
        server_tool_call: { type: 'web_search_call', action: { type: 'search', query: 'x' } },
      }),
    ],
    ['a reference', { type: 'item_reference', id: 'msg_1' }, calls({ type: 'other', kind: 'item_reference' })],
    ['a summed up conversation', { type: 'compaction', encrypted_content: 'AAAA' }, calls({ type: 'compaction' })],
  ])('has %s', async (_, item, expected) => {
    const { capture } = await useResponses();
    const content = await capture({ ...QUESTION, input: [item] });
    expect(content.input).toEqual([expected]);
    expect(faultsOf(content)).toEqual([]);
  });

  it('has the string that it may be, instructions apart, and tools by name', async () => {
    const { capture } = await useResponses();
    const tools = [{ type: 'function', name: 'add', parameters: {} }, { type: 'web_search' }];
    const content = await capture({ ...QUESTION, instructions: 'Be kind', tools });
    expect(content).toMatchObject({
      input: [{ role: 'user', parts: [{ type: 'text', content: 'Hello?' }] }],
      system: [{ type: 'text', content: 'Be kind' }],
      tools: [
        { type: 'function', name: 'add' },
        { type: 'web_search', name: 'web_search' },
      ],
    });
    expect(faultsOf(content)).toEqual([]);
  });

  it('survives what is no item', async () => {
    const { capture } = await useResponses();
    const junk = [null, 5, 'text', [], { type: 5, content: 5 }, { content: [null, 'a', {}] }, { type: 'mcp_call' }];
    const content = await capture({ ...QUESTION, input: junk, instructions: 5, tools: [null, 5] });
    expect(content.input).toHaveLength(junk.length);
    expect(faultsOf(content)).toEqual([]);
  });
});

describe('an answer as a message', () => {
  const json = (more: object) => ({ id: 'resp_1', object: 'response', model: 'm', status: 'completed', ...more });

  it('is one, with what the server did in it, and no picture', async () => {
    const { capture } = await useResponses();
    const output = [
      { type: 'mcp_call', id: 'mcp_1', name: 'shorten', server_label: 'links', arguments: '{}', output: 'ok' },
      {
        type: 'code_interpreter_call',
        id: 'ci_1',
        code: '1',
        outputs: [{ type: 'logs', logs: '1' }, { type: 'image' }],
      },
      { type: 'image_generation_call', id: 'ig_1', result: PIXEL },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] },
    ];
    const content = await capture(QUESTION, { tokens: 0, json: json({ output }) });
    expect(faultsOf(content)).toEqual([]);
    expect(content.output).toEqual([
      {
        role: 'assistant',
        finish_reason: 'stop',
        parts: [
          {
            type: 'server_tool_call',
            id: 'mcp_1',
            name: 'shorten',
            server_tool_call: { type: 'mcp_call', arguments: '{}', server_label: 'links' },
          },
          {
            type: 'server_tool_call_response',
            id: 'mcp_1',
            server_tool_call_response: { type: 'mcp_call', output: 'ok' },
          },
          {
            type: 'server_tool_call',
            id: 'ci_1',
            name: 'code_interpreter',
            server_tool_call: { type: 'code_interpreter_call', code: '1' },
          },
          {
            type: 'server_tool_call_response',
            id: 'ci_1',
            server_tool_call_response: { type: 'code_interpreter_call', logs: ['1'] },
          },
          {
            type: 'server_tool_call',
            id: 'ig_1',
            name: 'image_generation',
            server_tool_call: { type: 'image_generation_call' },
          },
          { type: 'blob', modality: 'image', content: '', bytes: 8 },
          TEXT,
        ],
      },
    ]);
  });

  it('is none while the server works on, and is there when it is fetched', async () => {
    const { capture, client, spans } = await useResponses();
    expect((await capture({ ...QUESTION, background: true })).output).toEqual([]);
    const { id } = await client.responses.create({ ...QUESTION, background: true });
    await client.responses.retrieve(id);
    await client.responses.retrieve(id);
    const { attributes } = spans().at(-1)!;
    expect(attributes).not.toHaveProperty(['gen_ai.input.messages']);
    expect(attributes['gen_ai.output.messages']).toContain('"content":"Hello there"');
  });

  it('that was broken off has what came of it', async () => {
    const { capture } = await useResponses();
    const answer = {
      tokens: ['Hello', ' there'],
      reasoningTokens: 2,
      fault: { kind: 'truncate', afterChunks: 12 },
    } as const;
    const content = await capture({ ...QUESTION, stream: true }, answer);
    expect(content.output).toMatchObject([
      {
        finish_reason: 'error',
        parts: [
          { type: 'reasoning', content: 'the model ' },
          { type: 'text', content: 'Hello' },
        ],
      },
    ]);
    expect(faultsOf(content)).toEqual([]);
  });

  it('of a stream is kept up to the cap', async () => {
    const { capture } = await useResponses({ content: { mode: 'span', maxBytes: 500 } });
    const content = await capture({ ...QUESTION, stream: true }, { tokens: Array(300).fill('0123456789') });
    const [part] = content.output[0]!.parts;
    expect(part!.content).toMatch(/^0123456789.*…\[truncated \d+ bytes\]$/);
    expect(JSON.stringify(content.output).length).toBeLessThan(600);
  });
});

describe('recorded traffic', () => {
  /** Several responses in one file, whose items have the same places. */
  const isOne = ({ body, rawSdk }: TrafficCase): boolean =>
    rawSdk.throws === undefined && (body.match(/"response\.created"/g)?.length ?? 1) === 1;
  const casesOf = (service: string) =>
    loadTraffic(service, 'responses').filter((recorded) => recorded.api === 'responses' && isOne(recorded));

  it.each(trafficProviders('responses'))('of %s is valid, and is what the server said', async (service) => {
    const { capture } = await useResponses();
    for (const recorded of casesOf(service)) {
      const { name, request, stream, truth } = recorded;
      const content = await capture({ ...request, stream }, { tokens: 0, replay: recorded });
      expect([name, faultsOf(content)]).toEqual([name, []]);
      if (truth.status !== 'completed' || SHORTENED.includes(name)) continue;
      expect([name, sha(textOf(content.output))]).toEqual([name, truth.textSha]);
    }
  });

  it.each(trafficProviders('responses'))('of %s reads the same streamed and whole', async (service) => {
    const { capture } = await useResponses();
    for (const recorded of casesOf(service).filter(({ stream, name }) => stream && !SHORTENED.includes(name))) {
      const streamed = await capture({ ...recorded.request, stream: true }, { tokens: 0, replay: recorded });
      const whole = await capture({ ...recorded.request, stream: false }, { tokens: 0, json: lastResponse(recorded) });
      expect([recorded.name, streamed.output]).toEqual([recorded.name, whole.output]);
    }
  });

  /** The source cut the deltas out, and left the text at the end. */
  const SHORTENED = ['responses-stream-ca850a40'];

  const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

  const textOf = (messages: readonly Message[]): string =>
    messages
      .flatMap(({ parts }) => parts)
      .filter(({ type }) => type === 'text')
      .map(({ content }) => content)
      .join('');

  const lastResponse = ({ body }: TrafficCase): object =>
    [...body.matchAll(/^data: ?(\{.*)$/gm)].map(([, data]) => JSON.parse(data!).response).findLast((one) => one);
});

describe('text completions', () => {
  const useCompletions = (): Promise<Captured> =>
    useCaptured(LIMITLESS, async (client, request) =>
      client.completions.create(request as OpenAI.CompletionCreateParamsNonStreaming),
    );

  it.each([
    ['a text', 'Hello', [[TEXT]]],
    ['several texts', ['Hello', 'Hello'], [[TEXT], [TEXT]]],
    ['tokens', [1, 2, 3], [[{ type: 'other', kind: 'tokens' }]]],
    ['several lists of tokens', [[1], [2]], [[{ type: 'other', kind: 'tokens' }], [{ type: 'other', kind: 'tokens' }]]],
    ['nothing', null, []],
  ])('have %s as prompt', async (_, prompt, parts) => {
    const { capture } = await useCompletions();
    const content = await capture({ model: 'm', prompt });
    expect(content.input).toEqual(parts.map((one) => ({ role: 'user', parts: one })));
    expect(faultsOf(content)).toEqual([]);
  });

  it('have an answer for each choice, streamed or not', async () => {
    const { capture } = await useCompletions();
    const answer = { role: 'assistant', parts: [{ type: 'text', content: 'Hello there' }], finish_reason: 'stop' };
    expect((await capture({ model: 'm', prompt: 'x', n: 2 })).output).toEqual([answer, answer]);
    expect((await capture({ model: 'm', prompt: 'x', n: 2, stream: true })).output).toEqual([answer, answer]);
  });

  it.each(trafficProviders('completions'))('of %s are valid and what the server said', async (service) => {
    const { capture } = await useCompletions();
    for (const recorded of loadTraffic(service, 'completions').filter(({ rawSdk }) => rawSdk.throws === undefined)) {
      const { request, stream, truth, name } = recorded;
      const content = await capture({ ...request, stream }, { tokens: 0, replay: recorded });
      expect([name, faultsOf(content)]).toEqual([name, []]);
      expect(content.output.map(({ finish_reason }) => finish_reason)).toEqual(
        truth.choices!.map(({ finishReason }) => finishReason),
      );
    }
  });
});
