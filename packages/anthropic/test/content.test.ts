import { describe, expect, it } from 'vitest';
import { onlySpan } from '../../core/test/measure';
import type { WrapAnthropicOptions } from '../src/index';
import { type Answer, block, delta, end, message, REQUEST, SDKS, STOP, start, usage, useWrapped } from './wrapped';

const PNG = 'iVBORw0KGgo=';

const ASKED = {
  ...REQUEST,
  system: [{ type: 'text' as const, text: 'Be brief' }],
  messages: [
    {
      role: 'user' as const,
      content: [
        { type: 'text' as const, text: 'What is this?' },
        { type: 'image' as const, source: { type: 'base64' as const, media_type: 'image/png' as const, data: PNG } },
        { type: 'image' as const, source: { type: 'url' as const, url: 'https://example.com/a.png' } },
      ],
    },
    {
      role: 'assistant' as const,
      content: [
        { type: 'thinking' as const, thinking: 'a secret', signature: 'c2ln' },
        { type: 'tool_use' as const, id: 'toolu_1', name: 'weather', input: { city: 'Bern' } },
      ],
    },
    {
      role: 'user' as const,
      content: [
        { type: 'tool_result' as const, tool_use_id: 'toolu_1', content: 'sunny' },
        { type: 'text' as const, text: 'And?' },
      ],
    },
  ],
  tools: [{ name: 'weather', description: 'The weather', input_schema: { type: 'object' as const } }],
};

const CONTENT = [
  { type: 'thinking', thinking: 'another secret', signature: 'c2ln' },
  { type: 'redacted_thinking', data: 'ZW5jcnlwdGVk' },
  { type: 'text', text: 'A cat' },
  { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: { query: 'cats' } },
  {
    type: 'web_search_tool_result',
    tool_use_id: 'srv_1',
    content: [{ type: 'web_search_result', title: 'Cats', url: 'https://cats.example', encrypted_content: 'xxx' }],
  },
  { type: 'tool_use', id: 'toolu_2', name: 'weather', input: { city: 'Thun' } },
];

/** The same answer in pieces. */
const EVENTS = [
  start(),
  block({ type: 'thinking', thinking: '', signature: '' }, 0),
  delta({ type: 'thinking_delta', thinking: 'another ' }, 0),
  delta({ type: 'thinking_delta', thinking: 'secret' }, 0),
  delta({ type: 'signature_delta', signature: 'c2ln' }, 0),
  block(CONTENT[1]!, 1),
  block({ type: 'text', text: '' }, 2),
  delta({ type: 'text_delta', text: 'A ' }, 2),
  delta({ type: 'text_delta', text: 'cat' }, 2),
  block({ type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: {} }, 3),
  delta({ type: 'input_json_delta', partial_json: '{"query":' }, 3),
  delta({ type: 'input_json_delta', partial_json: '"cats"}' }, 3),
  block(CONTENT[4]!, 4),
  block({ type: 'tool_use', id: 'toolu_2', name: 'weather', input: {} }, 5),
  delta({ type: 'input_json_delta', partial_json: '{"city":"Thun"}' }, 5),
  end(usage(10, 5), { stop_reason: 'tool_use' }),
  STOP,
];

const WAYS: readonly (readonly [title: string, answer: Answer])[] = [
  ['plain', { body: message({ content: CONTENT, stop_reason: 'tool_use' }) }],
  ['streamed', { events: EVENTS }],
];

/** What the span of a call captured. */
async function captured(
  answer: Answer,
  options: WrapAnthropicOptions = {},
  SDK = SDKS.at(-1)![1],
  request: object = ASKED,
) {
  const { client, telemetry } = useWrapped([answer], { SDK, content: 'span', ...options });
  const result: unknown = await client.messages.create({ ...request, stream: answer.events !== undefined } as never);
  if (answer.events !== undefined) for await (const _ of result as AsyncIterable<unknown>);
  await expect.poll(() => telemetry.spans().length).toBe(1);
  const { attributes } = onlySpan(telemetry);
  const parse = (name: string) => JSON.parse(String(attributes[`gen_ai.${name}`] ?? 'null'));
  const [input, output] = [parse('input.messages'), parse('output.messages')];
  return {
    input,
    output,
    system: parse('system_instructions'),
    tools: parse('tool.definitions'),
    all: JSON.stringify(attributes),
  };
}

describe.each(SDKS)('SDK %s: content', (_, SDK) => {
  it.each(WAYS)('of a %s answer is its blocks, without thoughts', async (_, answer) => {
    const { output, all } = await captured(answer, {}, SDK);
    expect(output).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: '[redacted]' },
          { type: 'reasoning', content: '[redacted]' },
          { type: 'text', content: 'A cat' },
          {
            type: 'server_tool_call',
            id: 'srv_1',
            name: 'web_search',
            server_tool_call: { type: 'web_search', input: { query: 'cats' } },
          },
          {
            type: 'server_tool_call_response',
            id: 'srv_1',
            server_tool_call_response: {
              type: 'web_search_tool_result',
              content: [{ type: 'web_search_result', title: 'Cats', url: 'https://cats.example' }],
            },
          },
          { type: 'tool_call', id: 'toolu_2', name: 'weather', arguments: { city: 'Thun' } },
        ],
        finish_reason: 'tool_call',
      },
    ]);
    expect(all).not.toMatch(/secret|ZW5jcnlwdGVk|iVBORw0|xxx/);
  });
});

describe('content', () => {
  it('of a request is its system prompt, messages and tools, without images', async () => {
    const { input, system, tools } = await captured(WAYS[0]![1]);
    expect(system).toEqual([{ type: 'text', content: 'Be brief' }]);
    expect(tools).toEqual([{ type: 'function', name: 'weather' }]);
    expect(input).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'What is this?' },
          { type: 'blob', modality: 'image', mime_type: 'image/png', content: '', bytes: 8 },
          { type: 'uri', modality: 'image', uri: 'https://example.com/a.png' },
        ],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: '[redacted]' },
          { type: 'tool_call', id: 'toolu_1', name: 'weather', arguments: { city: 'Bern' } },
        ],
      },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'toolu_1', response: 'sunny' }] },
      { role: 'user', parts: [{ type: 'text', content: 'And?' }] },
    ]);
  });

  it.each(WAYS)('has thoughts where they are asked for (%s)', async (_, answer) => {
    const { input, output } = await captured(answer, { captureThinking: true });
    expect(input[1].parts[0]).toEqual({ type: 'reasoning', content: 'a secret' });
    expect(output[0].parts.slice(0, 2)).toEqual([
      { type: 'reasoning', content: 'another secret' },
      { type: 'reasoning', content: '[redacted]' },
    ]);
  });

  it('of tools has their parameters where they are asked for', async () => {
    const content = { mode: 'span' as const, toolDefinitions: 'full' as const };
    const { tools } = await captured(WAYS[0]![1], { content });
    expect(tools).toEqual([
      { type: 'function', name: 'weather', description: 'The weather', parameters: { type: 'object' } },
    ]);
  });

  it('of a system prompt that is text, and of what was broken off', async () => {
    const request = { ...REQUEST, system: 'Be brief' };
    const { system, output } = await captured({ events: EVENTS.slice(0, 9) }, {}, undefined, request);
    expect(system).toEqual([{ type: 'text', content: 'Be brief' }]);
    expect(output[0].finish_reason).toBe('error');
    expect(output[0].parts.at(-1)).toEqual({ type: 'text', content: 'A cat' });
  });

  it('is none unless it is asked for', async () => {
    const { client, telemetry } = useWrapped([WAYS[0]![1]]);
    await client.messages.create(ASKED);
    expect(Object.keys(onlySpan(telemetry).attributes).filter((key) => /messages|instructions/.test(key))).toEqual([]);
  });
});
