import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wrapNIM } from '../src/index';
import { createClientOf, DONE, type Frames } from './mock-fetch';
import { chunk, type Played, play, playFrames, REQUEST, recordedFrames, usage } from './play';

// Streams are recorded where `recordedFrames` names one, and else built as the server's source or documentation has them.

const ROLE = chunk({ role: 'assistant', content: '' });
const STOP = chunk({}, 'stop');
const say = (content: string, index = 0) => chunk({ content }, null, index);
const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const every10 = (...frames: unknown[]): Frames => frames.map((frame) => [10, frame]);

/** What a stream that went well has in common. */
const OK = { outcomes: { ok: 1 }, usageMissing: 0, inFlight: 0, error: undefined };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** The recorded stream, its server labelled. */
const playRecorded = (provider: string, name: string): Promise<Played> =>
  play({ frames: recordedFrames(provider, name) }, { provider });

describe('OpenAI', () => {
  it('quirk 1: the first chunk has a role alone; usage comes on a chunk of its own, and not at all when the stream is cut', async () => {
    const name = 'chat-stream-beb2f03e';
    const whole = await playRecorded('openai', name);
    expect(whole).toMatchObject({ ...OK, firstChunk: 0.01, firstToken: 0.02 });
    expect(whole.span.attributes).toMatchObject({ 'gen_ai.response.finish_reasons': ['stop'] });
    const events = recordedFrames('openai', name);
    const cut = await play({ frames: events.slice(0, -2) });
    expect(cut).toMatchObject({ outcomes: { ok: 1 }, usageMissing: 1, tokens: {} });
    expect(await play({ frames: events.slice(0, 4) })).toMatchObject({ outcomes: { truncated: 1 }, tokens: {} });
  });
});

describe('Azure', () => {
  it('quirk 2: the first chunk has prompt filters, no choice, no id and no model', async () => {
    const { span, ...played } = await playRecorded('azure', 'chat-stream-2cc96baa');
    expect(played).toMatchObject({ outcomes: { ok: 1 }, usageMissing: 1, firstChunk: 0.01, firstToken: 0.03 });
    expect(span.attributes).toMatchObject({
      'gen_ai.response.id': 'chatcmpl-DPTMl2XZZPALAySsKJmbcrNHvVn1C',
      'gen_ai.response.model': 'gpt-4.1-mini-2025-04-14',
    });
  });
});

describe('vLLM', () => {
  it('quirk 3: each choice has a role chunk, and an echo of the prompt is the first text', async () => {
    const frames = every10(
      ROLE,
      chunk({ role: 'assistant', content: '' }, null, 1),
      say('the prompt'),
      say('the prompt', 1),
      say('a'),
      say('b', 1),
      STOP,
      chunk({}, 'length', 1),
      usage(4, 6),
    );
    const played = await playFrames(frames, {}, { n: 2, echo: true });
    expect(played).toMatchObject({ ...OK, firstToken: 0.03, tokens: { input: 4, output: 6 } });
    expect(played.span.attributes['gen_ai.response.finish_reasons']).toEqual(['stop', 'length']);
  });

  it('quirk 4: deltas are empty or hold several tokens, so that tokens are those of the usage', async () => {
    const frames = every10(ROLE, say(''), say('one two three four'), say(''), say('five six'), STOP, usage(3, 6));
    expect(await playFrames(frames)).toMatchObject({
      ...OK,
      firstToken: 0.03,
      gaps: [1, 0.02],
      perOutputToken: 0.004,
      tokens: { input: 3, output: 6 },
    });
  });

  it('quirk 5: continuous usage counts each choice for itself, and the last chunk has the sum', async () => {
    const frames = every10(
      usage(5, 1, {}, say('a').choices as []),
      usage(5, 1, {}, say('b', 1).choices as []),
      usage(5, 2, {}, STOP.choices as []),
      usage(5, 7, {}, chunk({}, 'stop', 1).choices as []),
      usage(5, 9),
    );
    expect(await playFrames(frames, {}, { n: 2 })).toMatchObject({ ...OK, tokens: { input: 5, output: 9 } });
  });

  it('quirk 6: cached tokens come with a flag of the server alone; an error in mid-stream has HTTP 200', async () => {
    const stop = { ...STOP, choices: [{ index: 0, delta: {}, finish_reason: 'stop', stop_reason: null }] };
    const without = await playFrames(every10(say('a'), stop, usage(9, 1, { prompt_tokens_details: null })));
    expect(without).toMatchObject({ ...OK, tokens: { input: 9, output: 1 } });
    const details = { prompt_tokens_details: { cached_tokens: 8 } };
    const cached = await playFrames(every10(say('a'), stop, usage(9, 1, details)));
    expect(cached.tokens).toEqual({ input: 9, output: 1, cache_read: 8 });

    const said = { message: 'engine died', type: 'InternalServerError', param: null, code: 500 };
    const failed = await playFrames(every10(say('a'), { error: said }));
    expect(failed).toMatchObject({ outcomes: { error: 1 }, firstToken: 0.01, usageMissing: 0 });
    expect(failed.error).toBeDefined();
    expect(failed.span).toMatchObject({ status: { code: 'ERROR' }, attributes: { 'error.type': '500' } });

    // Before 0.10 the frame has no `error`, and the SDK hands it on as a chunk.
    const old = await playFrames(every10(say('a'), { object: 'error', ...said, code: 400 }));
    expect(old).toMatchObject({ outcomes: { error: 1 }, error: undefined });
    expect(old.seen).toHaveLength(2);
    expect(old.span.status).toEqual({ code: 'ERROR', message: 'engine died' });
    expect(old.span.attributes['error.type']).toBe('400');
  });

  it('quirk 7: reasoning is `reasoning_content`, then both, then `reasoning`; keep-alives are comments', async () => {
    const alive = ': keep-alive\n\n';
    for (const delta of [
      { reasoning_content: 'Hm' },
      { reasoning_content: 'Hm', reasoning: 'Hm' },
      { reasoning: 'Hm' },
    ]) {
      const frames = every10(alive, ROLE, alive, chunk(delta), say('a'), STOP, usage(1, 2));
      const played = await playFrames(frames);
      expect(played).toMatchObject({ ...OK, firstChunk: 0.02, firstToken: 0.04, firstOutputToken: 0.05 });
      expect(played.span.attributes['llm.stream.first_token']).toBe('reasoning');
    }
  });
});

describe('SGLang', () => {
  it('quirk 8: fields are null, the finish reason has a chunk of its own, chunks without choices need not be usage', async () => {
    const nulls = { reasoning_content: null, tool_calls: null, hidden_states: null };
    const bare = { logprobs: null, matched_stop: null };
    const chunkOf = (delta: object, finish: string | null, matched: unknown = null) => ({
      ...chunk({}),
      choices: [{ index: 0, delta, ...bare, finish_reason: finish, matched_stop: matched }],
      usage: null,
    });
    const counts = { reasoning_tokens: 2, prompt_tokens_details: null };
    const frames = every10(
      chunkOf({ role: 'assistant', content: '', ...nulls }, null),
      chunkOf({ role: null, content: null, ...nulls, reasoning_content: 'Hm' }, null),
      chunkOf({ role: null, content: 'a', ...nulls }, null),
      chunkOf({ role: null, content: null, ...nulls }, 'stop', 151_645),
      { ...chunk({}), choices: [], usage: null, sglext: { cached_tokens_details: {} } },
      usage(6, 3, counts),
    );
    expect(await playFrames(frames)).toMatchObject({
      ...OK,
      firstToken: 0.02,
      firstOutputToken: 0.03,
      tokens: { input: 6, output: 3, reasoning: 2 },
    });
  });
});

describe('TGI', () => {
  const token = (content: string, finish: string | null = null) => ({
    ...chunk({ role: 'assistant', content }, finish),
    id: '',
    system_fingerprint: '3.3.6-sha',
  });

  it('quirk 9: a role on every chunk, no id, empty content for special tokens, an error frame with a status in HTTP 200', async () => {
    const { span, ...played } = await playFrames(
      every10(': \n\n', token(''), token('a'), token('b', 'stop'), { ...usage(4, 3), id: '' }),
    );
    expect(played).toMatchObject({ ...OK, firstChunk: 0.02, firstToken: 0.03, tokens: { input: 4, output: 3 } });
    expect(span.attributes).not.toHaveProperty('gen_ai.response.id');
    const error = { message: 'Input validation error', http_status_code: 422 };
    const failed = await play({ frames: every10(token('a'), { error }) });
    expect(failed).toMatchObject({ outcomes: { error: 1 }, firstToken: 0.01 });
    expect(failed.error).toBeDefined();
  });

  it('quirk 9: the first chunk can be the first token', async () => {
    const frames = every10(token('a'), token('b', 'stop'));
    expect(await playFrames(frames)).toMatchObject({ outcomes: { ok: 1 }, firstChunk: 0.01, firstToken: 0.01 });
  });
});

const TIMINGS = { cache_n: 10, prompt_n: 26, prompt_ms: 2, predicted_n: 5, predicted_ms: 15 };

describe('llama.cpp', () => {
  it('quirk 10: null content is neither empty nor text', async () => {
    const role = chunk({ role: 'assistant', content: null });
    expect(
      await playFrames([
        [10, role],
        [0, say('a')],
        [10, STOP],
      ]),
    ).toMatchObject({ firstToken: 0.01 });
    expect(
      await playFrames([
        [10, role],
        [10, say('a')],
        [10, STOP],
      ]),
    ).toMatchObject({ firstToken: 0.02 });
    // No role at all where the first token is half a character.
    expect(
      await playFrames([
        [10, say('é')],
        [10, STOP],
      ]),
    ).toMatchObject({ firstToken: 0.01 });
  });

  it('quirk 11: timings come on the last chunk, whichever it is, and count tokens: the prompt without what was cached', async () => {
    const draft = { draft_n: 8, draft_n_accepted: 6 };
    const onFinish = await playFrames(every10(say('a'), say('b'), { ...STOP, timings: { ...TIMINGS, ...draft } }));
    expect(onFinish).toMatchObject({ ...OK, tokens: { input: 36, output: 5, cache_read: 10 } });
    expect(onFinish.phases).toMatchObject({ prefill: { durationSeconds: 0.002 }, decode: { durationSeconds: 0.015 } });
    expect(await onFinish.total('llm_draft_acceptance_ratio')).toBe(1);
    const onUsage = await playFrames(every10(say('a'), STOP, { ...usage(36, 5), timings: TIMINGS }));
    expect(onUsage).toMatchObject({ ...OK, tokens: { input: 36, output: 5 } });
    expect(await onUsage.total('llm_server_prefill_seconds')).toBe(1);
    const perToken = (chunk: object) => ({ ...chunk, timings: TIMINGS });
    const onEach = await playFrames(every10(perToken(say('a')), perToken(say('b')), perToken(STOP)));
    expect(onEach.tokens).toEqual({ input: 36, output: 5, cache_read: 10 });
  });

  it('quirk 12: progress of the prompt is no token', async () => {
    const progress = { ...chunk({ role: 'assistant', content: null }), prompt_progress: { total: 90, processed: 45 } };
    const frames = every10(progress, progress, say('a'), STOP);
    expect(await playFrames(frames)).toMatchObject({ firstChunk: 0.01, firstToken: 0.03, gaps: undefined });
  });

  it('quirk 13: usage and timings come on the finish chunk, which has choices', async () => {
    const last = { ...usage(36, 5, {}, STOP.choices as []), timings: TIMINGS };
    expect(await playFrames(every10(say('a'), last))).toMatchObject({ ...OK, tokens: { input: 36, output: 5 } });
  });

  it('quirk 14: too long a prompt is HTTP 400; a later failure is an error frame without [DONE]; pings are comments', async () => {
    const error = {
      code: 400,
      message: 'the request exceeds the available context size',
      type: 'exceed_context_size_error',
    };
    const before = await play({ status: 400, body: { error } }, {}, { stream: true });
    expect(before).toMatchObject({ outcomes: { error: 1 }, streamDuration: undefined });
    expect(before.span.attributes['error.type']).toBe('400');
    const later = await play({ frames: every10(': ping\n\n', say('a'), { error: { ...error, code: 500 } }) });
    expect(later).toMatchObject({ outcomes: { error: 1 }, firstChunk: 0.02, firstToken: 0.02 });
    expect(later.span.attributes['error.type']).toBe('500');
  });
});

describe('Ollama', () => {
  it('quirk 15: the role on the first chunk only, `reasoning`, and usage only if it is asked for', async () => {
    const frames = every10(chunk({ role: 'assistant', content: '', reasoning: 'Hm' }), say('a'), STOP);
    const played = await playFrames(frames);
    expect(played).toMatchObject({ outcomes: { ok: 1 }, firstToken: 0.01, firstOutputToken: 0.02, usageMissing: 1 });
    expect(await playFrames([...frames, [10, usage(5, 2)]])).toMatchObject({ ...OK, tokens: { input: 5, output: 2 } });
  });
});

describe('Dynamo', () => {
  it('quirk 16: times come in `nvext`, errors after the 200; events of other names are neither tokens nor errors', async () => {
    const timing = {
      request_received_ms: 1,
      prefill_wait_time_ms: 2,
      prefill_time_ms: 8,
      ttft_ms: 10,
      total_time_ms: 25,
    };
    const named = event('tool_call_dispatch', { choice_index: 0, tool_call: { id: 'a' } });
    const played = await playFrames(
      every10(ROLE, named, say('a'), say('b'), { ...STOP, nvext: { timing } }, usage(3, 2)),
    );
    expect(played).toMatchObject({ ...OK, firstToken: 0.03, tokens: { input: 3, output: 2 } });
    expect(played.phases).toMatchObject({
      queue: { durationSeconds: 0.002 },
      prefill: { durationSeconds: 0.008 },
      decode: { durationSeconds: 0.015 },
    });
    const failed = await play({ frames: every10(say('a'), event('error', { message: 'worker lost', code: 503 })) });
    expect(failed).toMatchObject({ outcomes: { error: 1 }, firstToken: 0.01 });
    expect(failed.span.attributes['error.type']).toBe('503');
  });
});

describe('NIM', () => {
  it('quirk 17: what is its own passes untouched, in requests and answers; usage and reasoning are those of its backend', async () => {
    const own = {
      nvext: { max_thinking_tokens: 64, guided_json: {} },
      chat_template_kwargs: { thinking_budget: 64 },
      guardrails: { config_id: 'safe' },
      min_thinking_tokens: 1,
    };
    let sent: unknown;
    const frames = [chunk({ role: 'assistant', reasoning_content: 'Hm' }), say('a'), STOP, usage(9, 2)];
    const body = [...frames.map((data) => `data: ${JSON.stringify(data)}\n\n`), DONE].join('');
    const client = wrapNIM(
      createClientOf(async (_, init) => {
        sent = JSON.parse(String(init?.body));
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      }),
    );
    const request = { ...REQUEST, ...own, stream: true } as const;
    const before = structuredClone(request);
    const seen: unknown[] = [];
    for await (const one of await client.chat.completions.create(request)) seen.push(one);
    expect(sent).toEqual(before);
    expect(request).toEqual(before);
    expect(seen).toEqual(frames);
    // 2.x: as vLLM or SGLang have it.
    const played = await playFrames(every10(ROLE, chunk({ reasoning: 'Hm' }), say('a'), STOP, usage(9, 2)), {}, own);
    expect(played).toMatchObject({ ...OK, firstToken: 0.02, firstOutputToken: 0.03, tokens: { input: 9, output: 2 } });
    expect(played.span.attributes).toMatchObject({ 'nvidia.nim.provider': 'nvidia-nim', 'nvidia.nim.model': 'm' });
  });
});

describe('OpenRouter', () => {
  it('quirk 18: comments while it waits, usage with the cost at the end, errors with a finish reason', async () => {
    const played = await playRecorded('openrouter', 'chat-stream-726c4597');
    expect(played).toMatchObject({ ...OK, tokens: { input: 43, output: 36, reasoning: 13 } });
    expect(played.span.attributes['llm.stream.first_token']).toBe('reasoning');
    expect(await played.total('llm_cost_total', { source: 'provider' })).toBeCloseTo(0.000669, 9);

    const error = { code: 502, message: 'Provider disconnected' };
    const thrown = await play({ frames: every10(say('a'), { ...chunk({ content: '' }, 'error'), error }) });
    expect(thrown).toMatchObject({ outcomes: { error: 1 } });
    expect(thrown.error).toBeDefined();
    expect(thrown.span.attributes['error.type']).toBe('502');
    // Without the frame's `error` the SDK hands it on.
    const handedOn = await playFrames(every10(say('a'), chunk({ content: '' }, 'error')));
    expect(handedOn).toMatchObject({ outcomes: { error: 1 }, error: undefined });
    const plain = await play({ body: { error } });
    expect(plain).toMatchObject({ outcomes: { error: 1 }, error: undefined, usageMissing: 0 });
    expect(plain.span.attributes['error.type']).toBe('502');
    const { span } = await play({ frames: every10(say('a'), STOP), headers: { 'x-generation-id': 'gen-1' } });
    expect(span.attributes['http.response.header.x-generation-id']).toEqual(['gen-1']);
  });
});

describe('DeepSeek', () => {
  it('quirk 19: an empty reasoning is no token, and usage comes on the finish chunk', async () => {
    const played = await playRecorded('deepseek', 'chat-stream-40155d87');
    expect(played).toMatchObject({ ...OK, firstChunk: 0.01, firstToken: 0.02 });
    const counts = { prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 6 };
    const frames = every10(
      ': keep-alive\n\n',
      chunk({ role: 'assistant', content: null, reasoning_content: '' }),
      chunk({ content: null, reasoning_content: 'Hm' }),
      usage(70, 9, counts, STOP.choices as []),
    );
    const built = await playFrames(frames);
    expect(built).toMatchObject({ ...OK, firstToken: 0.03, tokens: { input: 70, output: 9, cache_read: 64 } });
    expect(await built.total('llm_cache_hit_ratio')).toBe(1);
  });
});

describe('Groq', () => {
  it('quirk 20: usage is in `x_groq` too, and tells the times', async () => {
    const played = await playRecorded('groq', 'chat-stream-32386e8c');
    expect(played).toMatchObject(OK);
    expect(Object.keys(played.phases).sort()).toEqual(['decode', 'prefill', 'queue']);
    const x_groq = { usage: { queue_time: 0.001, prompt_tokens: 7, prompt_time: 0.002, completion_tokens: 2 } };
    const old = await playFrames(every10({ ...ROLE, x_groq: { id: 'req_1' } }, say('a'), { ...STOP, x_groq }));
    expect(old).toMatchObject({ ...OK, tokens: { input: 7, output: 2 } });
    expect(old.phases).toMatchObject({ queue: { durationSeconds: 0.001 }, prefill: { durationSeconds: 0.002 } });
  });

  it('quirk 20: an error frame ends the stream', async () => {
    const failed = await playRecorded('groq', 'chat-stream-c9db1a67');
    expect(failed).toMatchObject({ outcomes: { error: 1 }, usageMissing: 0 });
    expect(failed.error).toBeDefined();
  });
});

describe('Cerebras', () => {
  it('quirk 21: the role chunk has no content, and times are in `time_info`', async () => {
    const played = await playRecorded('cerebras', 'chat-stream-3c6d09f0');
    expect(played).toMatchObject({ ...OK, firstToken: 0.02, tokens: { input: 433, output: 122 } });
    expect(played.phases).toMatchObject({
      queue: { durationSeconds: expect.closeTo(0.003384742, 6) },
      prefill: { durationSeconds: expect.closeTo(0.012728517, 6) },
      decode: { durationSeconds: expect.closeTo(0.220198588, 6) },
    });
  });
});

describe('Mistral', () => {
  it('quirk 22: content can be a list of typed parts, and usage comes on the finish chunk', async () => {
    const played = await playRecorded('mistral', 'chat-stream-c5c98f7b');
    expect(played).toMatchObject({ ...OK, firstToken: 0.03 });
    expect(played.firstOutputToken).toBeGreaterThan(0.03);
    expect(played.span.attributes['llm.stream.first_token']).toBe('reasoning');
  });
});

describe('xAI', () => {
  it('quirk 23: role and reasoning come together; reasoning is beside the completion, not in it', async () => {
    const played = await playRecorded('xai', 'chat-stream-ea097e0f');
    expect(played).toMatchObject({ ...OK, firstChunk: 0.01, firstToken: 0.01 });
    // The counts are the server's own, and the time per token is that of all that was generated.
    expect(played.tokens).toEqual({ input: 12, output: 1, cache_read: 11, reasoning: 290 });
    expect(played.tokensPerSecond).toBeCloseTo((291 - 1) / 0.05, 3);
    expect(await played.total('llm_cost_total', { source: 'provider' })).toBeCloseTo(0.000146625, 12);
  });
});

describe('Perplexity', () => {
  it('quirk 24: a role and cumulative usage on every chunk, several tokens in each', async () => {
    const played = await playRecorded('perplexity', 'chat-stream-78ad5d47');
    expect(played).toMatchObject({ ...OK, firstToken: 0.01, tokens: { input: 11, output: 434 } });
  });
});

describe('Alibaba and Moonshot', () => {
  it('quirk 25: reasoning before text; usage comes on a chunk of its own, or in the last choice', async () => {
    const alibaba = await playRecorded('alibaba', 'chat-stream-0b5b6bc5');
    expect(alibaba).toMatchObject({ ...OK, firstToken: 0.02, tokens: { input: 24, output: 1355, reasoning: 1084 } });
    const counts = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14, cached_tokens: 4 };
    const last = { ...STOP, choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: counts }] };
    const moonshot = await playFrames(every10(chunk({ role: 'assistant', reasoning_content: 'Hm' }), say('a'), last), {
      provider: 'moonshot',
    });
    expect(moonshot).toMatchObject({
      ...OK,
      firstToken: 0.01,
      firstOutputToken: 0.02,
      tokens: { input: 9, output: 5, cache_read: 4 },
    });
  });
});
