import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LIMITLESS, QUESTION, useCaptured } from './captured';
import { faultsOf } from './content-schema';

const PIXEL = 'iVBORw0KGgo=';

describe('a request as messages', () => {
  it.each([
    ['text', { role: 'user', content: 'Hi' }, { role: 'user', parts: [{ type: 'text', content: 'Hi' }] }],
    [
      'a system message, where it is',
      { role: 'system', content: 'Be kind' },
      { role: 'system', parts: [{ type: 'text', content: 'Be kind' }] },
    ],
    [
      'a developer message',
      { role: 'developer', content: 'Be kind' },
      { role: 'developer', parts: [{ type: 'text', content: 'Be kind' }] },
    ],
    [
      'a name',
      { role: 'user', name: 'ada', content: 'Hi' },
      { role: 'user', name: 'ada', parts: [{ type: 'text', content: 'Hi' }] },
    ],
    ['no content', { role: 'assistant', content: null }, { role: 'assistant', parts: [] }],
    [
      'parts',
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'a' },
          { type: 'text', content: 'b' },
        ],
      },
    ],
    [
      'a linked image',
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] },
      { role: 'user', parts: [{ type: 'uri', modality: 'image', uri: 'https://example.com/a.png' }] },
    ],
    [
      'an image, without its data',
      { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }] },
      { role: 'user', parts: [{ type: 'blob', modality: 'image', mime_type: 'image/png', content: '', bytes: 8 }] },
    ],
    [
      'a sound, without its data',
      { role: 'user', content: [{ type: 'input_audio', input_audio: { data: PIXEL, format: 'wav' } }] },
      { role: 'user', parts: [{ type: 'blob', modality: 'audio', mime_type: 'audio/wav', content: '', bytes: 8 }] },
    ],
    [
      'a video as some servers take it',
      { role: 'user', content: [{ type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } }] },
      { role: 'user', parts: [{ type: 'uri', modality: 'video', uri: 'https://example.com/a.mp4' }] },
    ],
    [
      'a file that the provider has',
      { role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] },
      { role: 'user', parts: [{ type: 'file', modality: 'document', file_id: 'file-1' }] },
    ],
    [
      'a file, without its data',
      {
        role: 'user',
        content: [{ type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PIXEL}` } }],
      },
      {
        role: 'user',
        parts: [{ type: 'blob', modality: 'document', mime_type: 'application/pdf', content: '', bytes: 8 }],
      },
    ],
    [
      'a part that nobody knows, by its kind alone',
      { role: 'user', content: [{ type: 'hologram', hologram: { data: 'xyz' } }] },
      { role: 'user', parts: [{ type: 'other', kind: 'hologram' }] },
    ],
    [
      'tool calls',
      {
        role: 'assistant',
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } },
          { id: 'call_2', type: 'function', function: { name: 'add', arguments: 'not JSON' } },
          { id: 'call_3', type: 'custom', custom: { name: 'shell', input: 'ls' } },
        ],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'tool_call', id: 'call_1', name: 'add', arguments: { a: 1 } },
          { type: 'tool_call', id: 'call_2', name: 'add', arguments: 'not JSON' },
          { type: 'tool_call', id: 'call_3', name: 'shell', arguments: 'ls' },
        ],
      },
    ],
    [
      'a function call of old',
      { role: 'assistant', content: null, function_call: { name: 'add', arguments: '{"a":1}' } },
      { role: 'assistant', parts: [{ type: 'tool_call', name: 'add', arguments: { a: 1 } }] },
    ],
    [
      "a tool's result",
      { role: 'tool', tool_call_id: 'call_1', content: '{"sum":3}' },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: '{"sum":3}' }] },
    ],
    [
      "a tool's result in parts",
      { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: '3' }] },
      {
        role: 'tool',
        parts: [{ type: 'tool_call_response', id: 'call_1', response: [{ type: 'text', content: '3' }] }],
      },
    ],
    [
      "a function's result of old",
      { role: 'function', name: 'add', content: '3' },
      { role: 'function', name: 'add', parts: [{ type: 'tool_call_response', response: '3' }] },
    ],
    [
      'a refusal, reasoning and earlier sound',
      { role: 'assistant', reasoning_content: 'Hm', refusal: 'No', audio: { id: 'audio_1' } },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'Hm' },
          { type: 'refusal', content: 'No' },
          { type: 'file', modality: 'audio', file_id: 'audio_1' },
        ],
      },
    ],
    [
      'thinking of Mistral',
      {
        role: 'assistant',
        content: [
          {
            type: 'thinking',
            thinking: [
              { type: 'text', text: 'H' },
              { type: 'text', text: 'm' },
            ],
          },
        ],
      },
      { role: 'assistant', parts: [{ type: 'reasoning', content: 'Hm' }] },
    ],
  ])('has %s', async (_, message, expected) => {
    const { capture } = await useCaptured();
    const content = await capture({ ...QUESTION, messages: [message] });
    expect(content.input).toEqual([expected]);
    expect(faultsOf(content)).toEqual([]);
  });

  it('survives what is no message', async () => {
    const { capture } = await useCaptured();
    const junk = [
      null,
      5,
      'text',
      [],
      { role: 5, content: 5, tool_calls: [null], name: {} },
      { content: [null, 'a', {}] },
    ];
    const content = await capture({ model: 'm', messages: junk });
    expect(content.input).toHaveLength(junk.length);
    expect(faultsOf(content)).toEqual([]);
    expect(await capture({ model: 'm', messages: 'text' })).toMatchObject({
      input: [],
      output: [{ role: 'assistant' }],
    });
  });

  const TOOLS = [
    {
      type: 'function',
      function: { name: 'add', description: 'Adds', parameters: { type: 'object', properties: {} } },
    },
    { function: { name: 'untyped' } },
    { type: 'custom', custom: { name: 'shell' } },
    { type: 'openrouter:web_search', parameters: { max_uses: 1 } },
  ];
  const NAMES = [
    { type: 'function', name: 'add' },
    { type: 'function', name: 'untyped' },
    { type: 'custom', name: 'shell' },
    { type: 'openrouter:web_search', name: 'openrouter:web_search' },
    { type: 'function', name: 'old' },
  ];

  it('has tools by type and name', async () => {
    const { capture } = await useCaptured();
    const content = await capture({ ...QUESTION, tools: TOOLS, functions: [{ name: 'old', description: 'Old' }] });
    expect(content.tools).toEqual(NAMES);
    expect(faultsOf(content)).toEqual([]);
    expect((await capture(QUESTION)).tools).toBeUndefined();
  });

  it('has tools with all of it if asked', async () => {
    const { capture } = await useCaptured({ content: { mode: 'span', toolDefinitions: 'full' } });
    const content = await capture({ ...QUESTION, tools: TOOLS, functions: [{ name: 'old', description: 'Old' }] });
    const parameters = { type: 'object', properties: {} };
    expect(content.tools![0]).toEqual({ type: 'function', name: 'add', description: 'Adds', parameters });
    expect(content.tools).toMatchObject(NAMES);
    expect(faultsOf(content)).toEqual([]);
  });

  it('has the hash of its media if asked, when that is ready', async () => {
    const { capture } = await useCaptured({ content: { mode: 'span', media: 'hash' } });
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } };
    const junk = { type: 'input_audio', input_audio: { data: '!!', format: 'wav' } };
    const request = { model: 'm', stream: true, messages: [{ role: 'user', content: [image, junk] }] };
    // The first call's request is read when its module is there, which may be at its end.
    await capture(QUESTION);
    const { input } = await capture(request, { tokens: ['a', 'b'], schedule: { firstTokenMillis: 100 } });
    const sha256 = createHash('sha256').update(Buffer.from(PIXEL, 'base64')).digest('hex');
    expect(input[0]!.parts).toEqual([
      { type: 'blob', modality: 'image', mime_type: 'image/png', content: '', bytes: 8, sha256 },
      { type: 'blob', modality: 'audio', mime_type: 'audio/wav', content: '', bytes: 1 },
    ]);
  });
});

describe('an answer as messages', () => {
  const answer = (message: object, finish: string | null = 'stop') => ({
    tokens: 0,
    json: {
      id: 'x',
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
    },
  });

  it.each([
    ['text', answer({ content: 'Hi' }), [{ type: 'text', content: 'Hi' }], 'stop'],
    ['a refusal', answer({ content: null, refusal: 'No' }), [{ type: 'refusal', content: 'No' }], 'stop'],
    [
      'reasoning',
      answer({ content: 'Hi', reasoning: 'Hm' }, 'length'),
      [
        { type: 'reasoning', content: 'Hm' },
        { type: 'text', content: 'Hi' },
      ],
      'length',
    ],
    [
      'a tool call',
      answer(
        { tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":[1]}' } }] },
        'tool_calls',
      ),
      [{ type: 'tool_call', id: 'c', name: 'f', arguments: { a: [1] } }],
      'tool_call',
    ],
    [
      'a function call of old',
      answer({ content: null, function_call: { name: 'f', arguments: '' } }, 'function_call'),
      [{ type: 'tool_call', name: 'f' }],
      'tool_call',
    ],
    [
      'sound',
      answer({ content: null, audio: { id: 'a', data: PIXEL, transcript: 'Hi' } }),
      [
        { type: 'text', content: 'Hi' },
        { type: 'blob', modality: 'audio', content: '', bytes: 8 },
      ],
      'stop',
    ],
    ['a reason of its own', answer({ content: 'Hi' }, 'eos'), [{ type: 'text', content: 'Hi' }], 'eos'],
    ['no reason', answer({ content: 'Hi' }, null), [{ type: 'text', content: 'Hi' }], 'error'],
  ])('has %s', async (_, scenario, parts, finish_reason) => {
    const { capture } = await useCaptured();
    const content = await capture(QUESTION, scenario);
    expect(content.output).toEqual([{ role: 'assistant', parts, finish_reason }]);
    expect(faultsOf(content)).toEqual([]);
  });

  it('has each choice', async () => {
    const { capture } = await useCaptured();
    const plain = await capture({ ...QUESTION, n: 2 });
    const streamed = await capture({ ...QUESTION, n: 2, stream: true });
    expect(plain.output).toHaveLength(2);
    expect(streamed.output).toEqual(plain.output);
  });

  it('that is cut short has what came', async () => {
    const { capture, client, answerWith, spans } = await useCaptured();
    const { output } = await capture(
      { ...QUESTION, stream: true },
      { tokens: ['a', 'b', 'c'], fault: { kind: 'truncate', afterChunks: 3 } },
    );
    expect(output).toEqual([{ role: 'assistant', parts: [{ type: 'text', content: 'ab' }], finish_reason: 'error' }]);
    answerWith({ tokens: ['a', 'b', 'c'] });
    for await (const chunk of await client.chat.completions.create({ ...QUESTION, stream: true })) {
      if (chunk.choices[0]?.delta.content === 'a') break;
    }
    expect(JSON.parse(String(spans().at(-1)!.attributes['gen_ai.output.messages']))[0].parts).toEqual([
      { type: 'text', content: 'a' },
    ]);
  });

  it('has no more tool calls and choices than make sense', async () => {
    const delta = (index: number) => ({
      tool_calls: [{ index, id: `c${index}`, function: { name: 'f', arguments: '{}' } }],
    });
    const chunks = Array.from({ length: 300 }, (_, index) => ({
      choices: [
        { index: 0, delta: delta(index) },
        { index: index + 1, delta: { content: 'x' } },
      ],
    }));
    const { capture } = await useCaptured(LIMITLESS);
    const { output } = await capture({ ...QUESTION, stream: true }, { tokens: 0, replay: replayOf(chunks) });
    expect(output).toHaveLength(128);
    expect(output[0]!.parts).toHaveLength(128);
  });

  it('keeps calls apart that a server numbers alike, or not at all', async () => {
    const call = (id: string, rest: object = {}) => ({
      id,
      function: { name: 'f', arguments: `{"of":"${id}"}` },
      ...rest,
    });
    const { capture } = await useCaptured();
    for (const rest of [{}, { index: 0 }]) {
      const chunks = ['a', 'b'].map((id) => ({ choices: [{ index: 0, delta: { tool_calls: [call(id, rest)] } }] }));
      const { output } = await capture({ ...QUESTION, stream: true }, { tokens: 0, replay: replayOf(chunks) });
      expect(output[0]!.parts).toEqual(
        ['a', 'b'].map((id) => ({ type: 'tool_call', id, name: 'f', arguments: { of: id } })),
      );
    }
  });
});

const replayOf = (chunks: readonly object[]) => ({
  body: [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join(''),
  stream: true,
  httpStatus: 200,
  responseHeaders: { 'content-type': 'text/event-stream' },
});
