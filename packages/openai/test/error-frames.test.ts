import OpenAI from 'openai';
import OpenAI4 from 'openai-4';
import OpenAI5 from 'openai-5';
import OpenAI6 from 'openai-6';
import { describe, expect, it } from 'vitest';
import { useTelemetry } from '../../core/test/measure';
import { wrapOpenAI } from '../src/index';
import { chunk } from './play';

const VERSIONS = [
  ['openai 7', OpenAI],
  ['openai 6', OpenAI6],
  ['openai 5', OpenAI5],
  ['openai 4', OpenAI4],
] as const;

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const TEXT = data(chunk({ content: 'a' }));
const STOP = data(chunk({}, 'stop'));
const DONE = 'data: [DONE]\n\n';

/** Frames that stand in a stream with HTTP 200, as servers send them, and the type of error that they are. */
const FRAMES: readonly (readonly [name: string, frame: string, type: string])[] = [
  ['OpenAI, vLLM, SGLang', data({ error: { message: 'no', type: 'server_error', param: null, code: 500 } }), '500'],
  ['a code that is no status', data({ error: { message: 'no', type: 'x', code: 'tool_use_failed' } }), 'APIError'],
  ['a text alone', data({ error: 'overloaded' }), 'APIError'],
  [
    'vLLM before 0.10',
    data({ object: 'error', message: 'no', type: 'BadRequestError', param: null, code: 400 }),
    '400',
  ],
  ['vLLM before 0.10, its status a text', data({ object: 'error', message: 'no', code: '503' }), '503'],
  ['llama.cpp', data({ error: { code: 500, message: 'no', type: 'server_error' } }), '500'],
  ['Dynamo', `event: error\n${data({ message: 'no', code: 503 })}`, '503'],
  ['OpenRouter', data({ ...chunk({ content: '' }, 'error'), error: { code: 502, message: 'no' } }), '502'],
  ['a choice that finished with an error', data(chunk({}, 'error')), 'APIError'],
];

async function play(SDK: unknown, body: string) {
  const { spans, total, ...telemetry } = useTelemetry();
  const Made = SDK as typeof OpenAI;
  const fetch = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  const client = wrapOpenAI(new Made({ apiKey: 'none', maxRetries: 0, logLevel: 'off', fetch }), telemetry);
  let error: unknown;
  try {
    for await (const _ of await client.chat.completions.create({ model: 'm', messages: [], stream: true }));
  } catch (thrown) {
    error = thrown;
  }
  return { span: spans()[0]!, error, missing: await total('llm_usage_missing_total') };
}

describe.each(VERSIONS)('an error frame in a stream of %s', (version, SDK) => {
  it.each(FRAMES)('of %s fails the call, whether the SDK throws or not', async (server, frame, type) => {
    const { span, missing } = await play(SDK, TEXT + frame + DONE);
    expect(span.attributes).toMatchObject({ 'llm.outcome': 'error', 'llm.stream.first_token': 'output' });
    expect(span.status.code).toBe('ERROR');
    // openai 4 keeps nothing of an error that is not below `error`.
    const kept = version !== 'openai 4' || server !== 'Dynamo';
    expect(span.attributes['error.type']).toBe(kept ? type : 'APIError');
    expect(missing).toBe(0);
  });

  it('of TGI fails the call', async () => {
    const { span, error } = await play(SDK, TEXT + data({ error: { message: 'no', http_status_code: 422 } }));
    expect(error).toBeDefined();
    expect(span.attributes['llm.outcome']).toBe('error');
  });

  it.each([
    ['annotations', 'event: llm_metrics\ndata: {"input_tokens":3}\n\n'],
    ['tool dispatches', 'event: tool_call_dispatch\ndata: {"choice_index":0,"tool_call":{"id":"a"}}\n\n'],
    ['null', 'data: null\n\n'],
    ['an error that is null', data({ ...chunk({ content: 'b' }), error: null })],
    ['comments', ': error\n\n'],
  ])('is none where there are only %s', async (_, frame) => {
    expect((await play(SDK, TEXT + frame + STOP + DONE)).span.attributes['llm.outcome']).toBe('ok');
  });
});
