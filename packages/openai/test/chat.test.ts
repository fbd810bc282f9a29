import { CallFacts, NO_TOKEN, OUTPUT, REASONING } from '@grump/llm-otel-core';
import { describe, expect, it } from 'vitest';
import { chat } from '../src/chat';

const delta = (content: object, finish: string | null = null, index = 0) => ({
  id: 'chatcmpl-1',
  model: 'm',
  choices: [{ index, delta: content, finish_reason: finish }],
});

const NIM = { provider: 'nvidia-nim' };

const fold = (...chunks: unknown[]) => {
  const facts = new CallFacts();
  const kinds = chunks.map((chunk) => chat.chunk(facts, chunk));
  return { facts, kinds };
};

describe('the kind of a chunk', () => {
  it.each([
    ['a role alone', { role: 'assistant' }, NO_TOKEN],
    ['a role with empty content', { role: 'assistant', content: '' }, NO_TOKEN],
    ['null content', { role: 'assistant', content: null }, NO_TOKEN],
    ['text', { content: 'Hi' }, OUTPUT],
    ['role and text together', { role: 'assistant', content: 'Hi' }, OUTPUT],
    ['a refusal', { refusal: 'No' }, OUTPUT],
    ['reasoning_content', { reasoning_content: 'Hm' }, REASONING],
    ['reasoning', { reasoning: 'Hm' }, REASONING],
    ['empty reasoning', { reasoning_content: '', content: null }, NO_TOKEN],
    ['reasoning and text together', { reasoning_content: 'Hm', content: 'Hi' }, OUTPUT],
    ['the name of a tool', { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] }, NO_TOKEN],
    ['arguments of a tool', { tool_calls: [{ index: 0, function: { arguments: '{"' } }] }, OUTPUT],
    ['arguments of an old function call', { function_call: { arguments: '{"' } }, OUTPUT],
    ['typed parts that think', { content: [{ type: 'thinking', thinking: [] }] }, REASONING],
    ['typed parts of text', { content: [{ type: 'text', text: 'Hi' }] }, OUTPUT],
    ['no typed parts', { content: [] }, NO_TOKEN],
    ['audio', { audio: { data: 'AAAA' } }, OUTPUT],
  ])('with %s', (_, content, kind) => {
    expect(fold(delta(content)).kinds).toEqual([kind]);
  });

  it('is none for usage, filters, progress and junk', () => {
    const junk = [{ choices: [] }, {}, { choices: null }, { choices: [null] }, { choices: [{}] }, { choices: 'text' }];
    expect(fold(...junk, { choices: [{ index: 0, delta: null }] }).kinds).toEqual(Array(7).fill(NO_TOKEN));
  });

  it('is that of the choice with most in it', () => {
    const choices = [
      { index: 0, delta: { reasoning: 'Hm' } },
      { index: 1, delta: { content: 'Hi' } },
    ];
    expect(fold({ choices }).kinds).toEqual([OUTPUT]);
  });
});

describe('the facts of a stream', () => {
  it('skip the empty id and model of a first chunk', () => {
    const { facts } = fold({ id: '', model: '', choices: [], prompt_filter_results: [] }, delta({ content: 'x' }));
    expect(facts).toMatchObject({ responseId: 'chatcmpl-1', responseModel: 'm' });
  });

  it('have the last usage, never a sum', () => {
    const usage = (completion: number) => ({
      ...delta({}),
      usage: { prompt_tokens: 3, completion_tokens: completion },
    });
    expect(fold(usage(1), usage(2), usage(5)).facts.usage).toMatchObject({ input: 3, output: 5 });
  });

  it('have the usage of x_groq', () => {
    const { facts } = fold({ ...delta({}, 'stop'), x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } } });
    expect(facts.usage).toMatchObject({ input: 3, output: 4 });
  });

  it('are complete when each choice has a finish reason', () => {
    expect(fold(delta({ content: 'x' })).facts.complete).toBe(false);
    expect(fold(delta({ content: 'x' }), delta({}, 'stop')).facts.complete).toBe(true);
    const first = [delta({ content: 'x' }), delta({ content: 'y' }, null, 1), delta({}, 'stop')];
    expect(fold(...first).facts.complete).toBe(false);
    const { facts } = fold(...first, delta({}, 'length', 1));
    expect(facts.complete).toBe(true);
    expect(facts.finishReasons).toEqual(['stop', 'length']);
  });

  it('survive an index that is none', () => {
    const { facts } = fold({ choices: [{ index: -1, delta: {}, finish_reason: 'stop' }] }, delta({}, 'stop', 1e9));
    expect(facts.finishReasons).toEqual(['stop']);
  });
});

describe('the usage of a result', () => {
  const usageOf = (usage: object) => {
    const facts = new CallFacts();
    chat.result(facts, { id: 'x', model: 'm', choices: [], usage });
    return facts;
  };

  it('has the parts that OpenAI tells', () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      prompt_tokens_details: { cached_tokens: 80, audio_tokens: 5, cache_write_tokens: 7 },
      completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 2 },
    };
    expect(usageOf(usage).usage).toEqual({
      input: 100,
      output: 50,
      cacheRead: 80,
      cacheWrite: 7,
      reasoning: 30,
      audioInput: 5,
      audioOutput: 2,
    });
  });

  it.each([
    ['DeepSeek', { prompt_cache_hit_tokens: 64 }, { cacheRead: 64 }],
    ['SGLang', { reasoning_tokens: 9, prompt_tokens_details: null }, { reasoning: 9 }],
    ['a server with junk', { prompt_tokens_details: 'x', completion_tokens_details: { reasoning_tokens: -1 } }, {}],
  ])('reads %s', (_, extra, expected) => {
    const { usage } = usageOf({ prompt_tokens: 1, completion_tokens: 2, ...extra });
    expect(usage).toMatchObject({ input: 1, output: 2, ...expected });
  });

  it.each([
    ['xAI', 12, 2, 354, { reasoning_tokens: 340 }, 340],
    ['Gemini', 66, 6, 100, undefined, 28],
    ['a server whose total is too small', 66, 6, 70, undefined, undefined],
  ])('is what %s counts, with what it bills beside', (_, prompt, completion, total_tokens, details, unlisted) => {
    const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens };
    const { usage: read } = usageOf({ ...usage, completion_tokens_details: details });
    expect(read).toMatchObject({ input: prompt, output: completion, unlisted });
  });

  it('is none without a count', () => {
    expect(usageOf({ prompt_tokens: null, total_tokens: 5 }).usage).toBeUndefined();
    expect(usageOf({ prompt_tokens: Number.NaN, completion_tokens: '5' }).usage).toBeUndefined();
  });

  it.each([
    ['OpenRouter', { cost: 0.00095 }, 0.00095],
    ['Perplexity', { cost: { total_cost: 0.006 } }, 0.006],
    ['xAI', { cost_in_usd_ticks: 1_721_250 }, 0.000172125],
    ['nobody', {}, undefined],
  ])('has the cost that %s tells', (_, extra, usd) => {
    expect(usageOf({ prompt_tokens: 1, completion_tokens: 1, ...extra }).cost).toBe(usd);
  });
});

describe('the attributes of a request', () => {
  it('are those of the conventions', () => {
    const request = {
      model: 'm',
      messages: [],
      temperature: 0.2,
      top_p: 0.9,
      max_completion_tokens: 100,
      n: 2,
      seed: 7,
      stop: ['a', 'b'],
      stream: true,
      reasoning_effort: 'low',
      frequency_penalty: 0.1,
      presence_penalty: 0,
      response_format: { type: 'json_schema' },
    };
    expect(chat.attributes(request, NIM)).toEqual({
      'gen_ai.request.temperature': 0.2,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.choice.count': 2,
      'gen_ai.request.seed': 7,
      'gen_ai.request.stop_sequences': ['a', 'b'],
      'gen_ai.request.stream': true,
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.request.frequency_penalty': 0.1,
      'gen_ai.request.presence_penalty': 0,
      'gen_ai.output.type': 'json',
    });
  });

  it('leave out what is not said, and defaults', () => {
    expect(chat.attributes({ model: 'm', n: 1, stream: false, stop: null, temperature: null }, NIM)).toEqual({});
    expect(chat.attributes(undefined, NIM)).toEqual({});
  });

  it('have what only OpenAI knows for OpenAI alone', () => {
    const request = { model: 'm', service_tier: 'flex' };
    expect(chat.attributes(request, { provider: 'openai' })).toEqual({
      'openai.api.type': 'chat_completions',
      'openai.request.service_tier': 'flex',
    });
    expect(chat.attributes({ service_tier: 'auto' }, { provider: 'openai' })).not.toHaveProperty([
      'openai.request.service_tier',
    ]);
    expect(chat.attributes(request, NIM)).toEqual({});
  });

  it("do not run the caller's getters", () => {
    const request = {
      get model(): string {
        throw new Error('must run in the SDK alone');
      },
      get temperature(): number {
        throw new Error('must run in the SDK alone');
      },
    };
    expect(chat.model(request)).toBeUndefined();
    expect(chat.attributes(request, NIM)).toEqual({});
  });
});
