import { describe, expect, it } from 'vitest';
import { chunk, usage } from './play';
import { SDKS, useWrapped } from './wrapped';

// What servers might send next: variations of the quirks that no recording has, byte for byte, through each major of the SDK.

const data = (value: unknown, end = '\n'): string => `data: ${JSON.stringify(value)}${end}${end}`;
const DONE = 'data: [DONE]\n\n';
const say = (content: unknown, index = 0) => chunk({ content }, null, index);
const stop = (index = 0, reason = 'stop') => chunk({}, reason, index);
const stream = (...chunks: unknown[]): string => chunks.map((one) => data(one)).join('') + DONE;
const counted = (one: object, input: number, output: number) => ({
  ...one,
  usage: { prompt_tokens: input, completion_tokens: output },
});
const without = (one: object, ...keys: string[]) =>
  Object.fromEntries(Object.entries(one).filter(([key]) => !keys.includes(key)));
const call = (fields: object) => chunk({ tool_calls: [fields] });
const HI = [say('Hi'), stop(), usage(3, 2)];

interface Measured {
  readonly outcome?: string;
  readonly tokens?: Readonly<Record<string, number>>;
  readonly reasons?: readonly string[];
  readonly firstToken?: string | undefined;
  readonly tools?: number;
  readonly id?: string | undefined;
  readonly model?: string;
}

const USUAL: Measured = {
  outcome: 'ok',
  tokens: { input: 3, output: 2 },
  reasons: ['stop'],
  firstToken: 'output',
  tools: 0,
  id: 'chatcmpl-1',
  model: 'm',
};

const CASES: readonly (readonly [name: string, body: string, measured?: Measured])[] = [
  ['1: padding in `obfuscation`', stream(...HI.map((one) => ({ ...one, obfuscation: 'aB3' })))],
  [
    '1: usage that is null, then an empty object, then there',
    stream({ ...say('Hi'), usage: null }, { ...stop(), usage: {} }, usage(3, 2)),
  ],
  ['1: usage after `[DONE]`, which is never read', `${stream(say('Hi'), stop())}${data(usage(3, 2))}`, { tokens: {} }],
  [
    '1: chunks of no choice before and after',
    stream({ ...chunk({}), choices: [] }, ...HI, { ...chunk({}), choices: [] }),
  ],
  ['1: no `[DONE]`', HI.map((one) => data(one)).join('')],
  [
    '2: filters alone, without id and model, in mid-stream',
    stream(say('Hi'), { choices: [{ index: 0, content_filter_results: {} }] }, stop(), usage(3, 2)),
  ],
  [
    '2: id and model on the last chunk alone',
    stream(without(say('Hi'), 'id', 'model'), { ...stop(), id: '', model: null }, usage(3, 2)),
  ],
  [
    '3: choices out of order, the last one first',
    stream(say('b', 2), say('a'), say('c', 1), stop(1, 'length'), stop(2), stop(), usage(3, 2)),
    { reasons: ['stop', 'length', 'stop'] },
  ],
  [
    '3: choices side by side in a chunk',
    stream(
      { ...chunk({}), choices: [...(say('b', 1).choices as []), ...(say('a').choices as [])] },
      stop(1),
      stop(),
      usage(3, 2),
    ),
    { reasons: ['stop', 'stop'] },
  ],
  [
    '3: a choice that never ends',
    stream(say('a'), say('b', 1), stop(), usage(3, 2)),
    { outcome: 'truncated', reasons: ['stop', 'error'] },
  ],
  ['4: the finish chunk twice', stream(say('Hi'), stop(), stop(), usage(3, 2))],
  ['4: text behind the finish', stream(say('Hi'), stop(), say('!'), usage(3, 2))],
  ['4: a finish reason that is empty until the end', stream({ ...chunk({ content: 'Hi' }, '') }, stop(), usage(3, 2))],
  ['4: the finish with the text', stream(chunk({ content: 'Hi' }, 'stop'), usage(3, 2))],
  [
    '5: usage on chunks of no choice between those of text',
    stream(usage(3, 0), say('H'), usage(3, 1), say('i'), usage(3, 2), stop()),
  ],
  [
    '5: cumulative usage with the choices, and none at the end',
    stream(counted(say('H'), 3, 1), counted(say('i'), 3, 2), counted(stop(), 3, 2)),
  ],
  ['5: usage that shrinks: the last one', stream(counted(say('Hi'), 9, 9), counted(stop(), 3, 2))],
  [
    '6: an error frame behind text',
    `${data(say('Hi'))}${data({ error: { message: 'no', code: 500 } })}`,
    { outcome: 'error', tokens: {}, reasons: undefined },
  ],
  [
    '6: an error frame alone',
    data({ error: { message: 'no' } }),
    { outcome: 'error', tokens: {}, reasons: undefined, firstToken: undefined, id: undefined, model: undefined },
  ],
  [
    '7: reasoning, null and text in turn',
    stream(chunk({ content: null, reasoning: 'Hm' }), chunk({ content: '', reasoning: null }), ...HI),
    { firstToken: 'reasoning' },
  ],
  [
    '8: deltas that are null, or not there',
    stream(
      { ...chunk({}), choices: [{ index: 0, delta: null, finish_reason: null }] },
      { ...chunk({}), choices: [{ index: 0 }] },
      ...HI,
    ),
  ],
  ['8: choices that are null', stream({ ...chunk({}), choices: null }, ...HI)],
  ['9: no id at all', stream(...HI.map((one) => ({ ...one, id: '' }))), { id: undefined }],
  [
    '13: llama.cpp counts, and nobody else does',
    stream(say('Hi'), {
      ...stop(),
      timings: { cache_n: 1, prompt_n: 2, predicted_n: 2, prompt_ms: 1, predicted_ms: 1 },
    }),
    { tokens: { input: 3, output: 2, cache_read: 1 } },
  ],
  [
    '14: pings between the lines, and an empty event',
    `: ping\n\n: ping\n${data(say('Hi'))}\n\n:\n\n${data(stop())}: ping\n\n${data(usage(3, 2))}${DONE}`,
  ],
  [
    '16: ids and retries of events',
    `id: 1\nretry: 10\n${data(say('Hi'))}id: 2\n${data(stop())}${data(usage(3, 2))}${DONE}`,
  ],
  [
    '18: usage with a cost, twice',
    stream(
      say('Hi'),
      { ...usage(3, 2), usage: { prompt_tokens: 3, completion_tokens: 2, cost: 1 } },
      counted(stop(), 3, 2),
    ),
  ],
  [
    '20: usage in `x_groq` alone',
    stream(say('Hi'), { ...stop(), x_groq: { id: 'r', usage: { prompt_tokens: 3, completion_tokens: 2 } } }),
  ],
  [
    '22: parts of text and of thought',
    stream(
      say([{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }]),
      say([{ type: 'text', text: 'Hi' }]),
      stop(),
      usage(3, 2),
    ),
    { firstToken: 'reasoning' },
  ],
  [
    '24: the whole message beside each delta',
    stream(
      ...[say('Hi'), stop()].map((one) => counted({ ...one, object: 'chat.completion.chunk', citations: [] }, 3, 2)),
      { ...counted(stop(), 3, 2), object: 'chat.completion.done' },
    ),
  ],
  [
    'tools: names that repeat, indexes that are missing',
    stream(
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }),
      call({ index: 0, function: { name: 'f', arguments: '}' } }),
      call({ id: 'b', function: { name: 'f', arguments: '{}' } }),
      stop(0, 'tool_calls'),
      usage(3, 2),
    ),
    { tools: 2, reasons: ['tool_calls'] },
  ],
  [
    'tools: all of them in one chunk',
    stream(
      chunk({
        tool_calls: [0, 1, 2].map((index) => ({ index, id: `c${index}`, function: { name: 'f', arguments: '{}' } })),
      }),
      stop(0, 'tool_calls'),
      usage(3, 2),
    ),
    { tools: 3, reasons: ['tool_calls'] },
  ],
  ['lines that end with CR LF', [...HI.map((one) => data(one, '\r\n')), 'data: [DONE]\r\n\r\n'].join('')],
  ['no blank after the colon', stream(...HI).replaceAll('data: ', 'data:')],
  [
    'data over several lines',
    `data: {"id":"chatcmpl-1","model":"m",\ndata: "choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n${stream(stop(), usage(3, 2))}`,
  ],
  ['a mark of the byte order', `\uFEFF: ping\n\n${stream(...HI)}`],
];

describe.each(SDKS)('%s measures', (_, SDK) => {
  it.each(CASES.map(([name, body, measured = {}]) => ({ name, body, measured })))(
    '$name',
    async ({ body, measured }) => {
      const headers = { 'content-type': 'text/event-stream' };
      const fetch = async () => new Response(body, { headers });
      const wrapped = useWrapped([], { SDK, fetch });
      const read = async (client: InstanceType<typeof SDK>) => {
        const seen: unknown[] = [];
        try {
          for await (const one of await client.chat.completions.create({ model: 'm', messages: [], stream: true }))
            seen.push(one);
        } catch (error) {
          seen.push(String(error));
        }
        return seen;
      };
      const seen = await read(wrapped.client);
      expect(seen).toEqual(await read(new SDK({ apiKey: 'none', maxRetries: 0, fetch })));
      const { attributes } = wrapped.telemetry.spans().find(({ kind }) => kind === 'CLIENT')!;
      const figures = await wrapped.figures();
      expect({
        outcome: attributes['llm.outcome'],
        tokens: figures.tokens,
        reasons: attributes['gen_ai.response.finish_reasons'],
        firstToken: attributes['llm.stream.first_token'],
        tools: attributes['llm.tool_calls'] ?? 0,
        id: attributes['gen_ai.response.id'],
        model: attributes['gen_ai.response.model'],
      }).toEqual({ ...USUAL, ...measured });
      expect(figures.inFlight).toBe(0);
    },
  );
});

const text = (content: string, finish: string | null = null, more: object = {}) => ({
  id: 'cmpl-1',
  object: 'text_completion',
  model: 'm',
  choices: [{ index: 0, text: content, finish_reason: finish, logprobs: null }],
  ...more,
});
const event = (type: string, more: object = {}) => ({ type, sequence_number: 1, ...more });
const response = (status: string, more: object = {}) => ({
  response: { id: 'resp_1', model: 'm', status, output: [], usage: null, ...more },
});
const RESPONSE_USAGE = { usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 } };
const delta = event('response.output_text.delta', { delta: 'Hi', output_index: 0 });
const timings = { cache_n: 1, prompt_n: 2, prompt_ms: 1, predicted_n: 2, predicted_ms: 2 };
const COUNTS = { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } };

type Create = (request: object) => Promise<unknown>;

/** Streams of the other methods: what is measured is the usual, but for what is said. */
const OTHERS: readonly (readonly ['completions' | 'responses', string, string, Measured?])[] = [
  [
    'completions',
    '13: usage and timings on the finish chunk',
    stream(text('Hi'), text('', 'stop', { ...COUNTS, timings })),
  ],
  [
    'completions',
    '13: timings alone',
    stream(text('Hi'), text('', 'stop', { timings })),
    { tokens: { input: 3, output: 2, cache_read: 1 } },
  ],
  [
    'completions',
    '3: an echo, and usage on each chunk',
    stream(text('prompt', null, COUNTS), text('Hi', null, COUNTS), text('', 'stop', COUNTS)),
  ],
  [
    'completions',
    '8: text that is null',
    stream({ ...text(''), choices: [{ index: 0, text: null }] }, text('Hi'), text('', 'stop'), {
      ...text(''),
      choices: [],
      ...COUNTS,
    }),
  ],
  [
    'completions',
    '6: an error frame',
    stream(text('Hi')).replace(DONE, data({ error: { message: 'no', code: 500 } })),
    { outcome: 'error', tokens: {}, reasons: undefined },
  ],
  [
    'responses',
    'the usual',
    stream(
      event('response.created', response('in_progress')),
      delta,
      event('response.completed', response('completed', RESPONSE_USAGE)),
    ),
  ],
  [
    'responses',
    'usage while it is under way',
    stream(
      event('response.in_progress', response('in_progress', RESPONSE_USAGE)),
      delta,
      event('response.completed', response('completed')),
    ),
  ],
  [
    'responses',
    'events that nobody knows, without a type, and null',
    stream(
      event('keepalive'),
      {},
      { type: null },
      delta,
      event('response.x', { item: null, response: null, delta: {} }),
      event('response.completed', response('completed', RESPONSE_USAGE)),
    ),
  ],
  [
    'responses',
    'names of events, comments and CR LF',
    [delta, event('response.completed', response('completed', RESPONSE_USAGE))]
      .map((one) => `: ping\r\nevent: ${one.type}\r\n${data(one, '\r\n')}`)
      .join(''),
  ],
  [
    'responses',
    'no terminal event',
    stream(event('response.created', response('in_progress')), delta),
    { outcome: 'truncated', tokens: {}, reasons: undefined },
  ],
  [
    'responses',
    'a failure',
    stream(
      event('response.created', response('in_progress')),
      event('response.failed', response('failed', { error: { code: 'server_error', message: 'no' } })),
    ),
    { outcome: 'error', tokens: {}, reasons: ['error'], firstToken: undefined },
  ],
];

describe.each(SDKS)('%s measures, of other methods,', (_, SDK) => {
  it.each(OTHERS.map(([api, name, body, measured = {}]) => ({ api, name, body, measured })))(
    '$api: $name',
    async ({ api, body, measured }) => {
      const fetch = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      const wrapped = useWrapped([], { SDK, fetch });
      const read = async (client: InstanceType<typeof SDK>) => {
        const seen: unknown[] = [];
        const request = { model: 'm', input: 'Hi', prompt: 'Hi', stream: true };
        try {
          for await (const one of (await (client[api].create as Create).call(
            client[api],
            request,
          )) as AsyncIterable<unknown>)
            seen.push(one);
        } catch (error) {
          seen.push(String(error));
        }
        return seen;
      };
      expect(await read(wrapped.client)).toEqual(await read(new SDK({ apiKey: 'none', maxRetries: 0, fetch })));
      const { attributes } = wrapped.telemetry.spans().find(({ kind }) => kind === 'CLIENT')!;
      const { outcome, tokens, reasons, firstToken } = { ...USUAL, ...measured };
      expect({
        outcome: attributes['llm.outcome'],
        tokens: (await wrapped.figures()).tokens,
        reasons: attributes['gen_ai.response.finish_reasons'],
        firstToken: attributes['llm.stream.first_token'],
      }).toEqual({ outcome, tokens, reasons, firstToken });
    },
  );
});
