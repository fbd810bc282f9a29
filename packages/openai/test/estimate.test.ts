import { loadTraffic, type TrafficCase } from '@grump/llm-otel-testing';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { figures, useTelemetry } from '../../core/test/measure';
import { type WrapOpenAIOptions, wrapOpenAI } from '../src/index';
import { type Answer, createClient, DONE, type Frames } from './mock-fetch';
import { chunk, usage } from './play';

const QUESTION = 'What is the capital of France?';
/** Seven tokens, four around the message and three before the answer. */
const INPUT = 7 + 4 + 3;
const WORDS = ['The', ' capital', ' of', ' France', ' is', ' Paris', '.'];
const STOP = chunk({}, 'stop');
const STREAM: Frames = [chunk({ role: 'assistant', content: '' }), ...WORDS.map((content) => chunk({ content })), STOP]
  .map((data): Frames[number] => [0, data])
  .concat([[0, DONE]]);
const plainAnswer = (message: object) => ({
  body: { id: 'c', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }] },
});

/** A client of a server that gives these answers, and what comes to be estimated. */
function estimating(answer: Answer, options: WrapOpenAIOptions = {}) {
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider, total } = telemetry;
  const client = wrapOpenAI(createClient(answer), { meterProvider, tracerProvider, estimateTokens: true, ...options });
  const estimated = async () => ({
    input: await total('llm_tokens_total', { type: 'input', source: 'estimated' }),
    output: await total('llm_tokens_total', { type: 'output', source: 'estimated' }),
  });
  return { client, estimated, telemetry };
}

type Estimating = ReturnType<typeof estimating>;

const request = { model: 'm', messages: [{ role: 'user' as const, content: QUESTION }] };

async function readChat({ client }: Estimating, limit = Number.POSITIVE_INFINITY): Promise<void> {
  let count = 0;
  for await (const _ of await client.chat.completions.create({ ...request, stream: true }))
    if (++count === limit) break;
}

/** Long enough for the tokenizer, which other tests have loaded, to count a little. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 150));

describe('estimateTokens', () => {
  it('counts what a stream without usage said, apart from what servers count', async () => {
    const test = estimating({ frames: STREAM });
    await readChat(test);
    await expect.poll(test.estimated, { timeout: 5000 }).toEqual({ input: INPUT, output: WORDS.length });
    const rows = await test.telemetry.metrics();
    expect(rows.filter(({ name }) => name === 'llm_tokens_total').map(({ attributes }) => attributes)).toEqual([
      { provider: 'nvidia-nim', model: 'm', type: 'input', source: 'estimated' },
      { provider: 'nvidia-nim', model: 'm', type: 'output', source: 'estimated' },
    ]);
    expect(figures(rows).usageMissing).toBe(1);
    const { attributes } = test.telemetry.spans()[0]!;
    expect(Object.keys(attributes).filter((key) => key.startsWith('gen_ai.usage'))).toEqual([]);
    expect(await test.telemetry.total('gen_ai.client.inference.operation.input_tokens')).toBe(0);
  });

  it.each<[string, Answer]>([
    ['on a chunk of its own', { frames: [...STREAM.slice(0, -1), [0, usage(5, 6)], [0, DONE]] }],
    [
      'on each chunk',
      {
        frames: STREAM.map(([at, data]) => [
          at,
          data === DONE ? DONE : { ...(data as object), usage: { prompt_tokens: 5, completion_tokens: 6 } },
        ]),
      },
    ],
  ])('leaves alone what the server counts %s', async (_, answer) => {
    const test = estimating(answer);
    await readChat(test);
    await pause();
    expect(figures(await test.telemetry.metrics()).tokens).toEqual({ input: 5, output: 6 });
    expect(await test.estimated()).toEqual({ input: 0, output: 0 });
  });

  it('counts calls of tools with their arguments, and reasoning', async () => {
    const tool_calls = [
      { id: 'a', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } },
    ];
    const test = estimating(plainAnswer({ role: 'assistant', content: null, reasoning_content: 'Hm', tool_calls }));
    await test.client.chat.completions.create(request);
    // One for the thought, two for the name, five for the arguments.
    await expect.poll(test.estimated, { timeout: 5000 }).toEqual({ input: INPUT, output: 1 + 2 + 5 + 8 });
  });

  it('counts what had come of a stream that was broken off', async () => {
    const test = estimating({ frames: STREAM });
    await readChat(test, 4);
    await expect.poll(test.estimated, { timeout: 5000 }).toEqual({ input: INPUT, output: 3 });
    expect(figures(await test.telemetry.metrics()).outcomes).toEqual({ cancelled: 1 });
  });

  it('counts nothing where no answer was seen', async () => {
    const failing = estimating({ status: 500, body: { error: { message: 'no' } } });
    await expect(readChat(failing)).rejects.toThrow();
    const raw = estimating({ frames: STREAM });
    await (await raw.client.chat.completions.create({ ...request, stream: true }).asResponse()).text();
    const early = estimating({ frames: STREAM });
    await readChat(early, 1);
    await pause();
    for (const { estimated } of [failing, raw, early]) expect(await estimated()).toEqual({ input: 0, output: 0 });
  });

  it('counts Responses and text completions', async () => {
    const response = { id: 'r', model: 'm', status: 'completed', output: [] as object[] };
    response.output.push({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: WORDS.join('') }],
    });
    const responses = estimating({ body: response });
    await responses.client.responses.create({ model: 'm', input: QUESTION });
    await expect.poll(responses.estimated, { timeout: 5000 }).toEqual({ input: INPUT, output: WORDS.length });
    const queued = estimating({ body: { ...response, status: 'queued', background: true } });
    await queued.client.responses.create({ model: 'm', input: QUESTION, background: true });

    const body = { id: 'c', model: 'm', choices: [{ index: 0, text: WORDS.join(''), finish_reason: 'stop' }] };
    const completions = estimating({ body });
    await completions.client.completions.create({ model: 'm', prompt: QUESTION });
    await expect.poll(completions.estimated, { timeout: 5000 }).toEqual({ input: 7, output: WORDS.length });
    expect(await queued.estimated()).toEqual({ input: 0, output: 0 });
  });

  it('reads the request as it was sent, and changes nothing of it', async () => {
    const test = estimating(plainAnswer({ role: 'assistant', content: 'Hi' }));
    await pause();
    const messages = [{ role: 'user' as const, content: QUESTION }];
    const answer = await test.client.chat.completions.create({ model: 'm', messages });
    messages.push({ role: 'user', content: 'And that of Spain?' });
    expect(answer).toMatchObject(plainAnswer({ role: 'assistant', content: 'Hi' }).body);
    await expect.poll(test.estimated, { timeout: 5000 }).toEqual({ input: INPUT, output: 1 });
  });

  it('goes together with the capture of content', async () => {
    const test = estimating({ frames: STREAM }, { content: 'span' });
    await readChat(test);
    await expect.poll(test.estimated, { timeout: 5000 }).toEqual({ input: INPUT, output: WORDS.length });
    const [span] = test.telemetry.spans();
    expect(span?.attributes['gen_ai.output.messages']).toContain(WORDS.join(''));
    expect((await settledSpan(estimating({ frames: STREAM })))['gen_ai.output.messages']).toBeUndefined();
  });
});

async function settledSpan(test: Estimating) {
  await readChat(test);
  await expect.poll(() => test.telemetry.spans().length).toBe(1);
  return test.telemetry.spans()[0]!.attributes;
}

/** Recordings of models that this tokenizer is for, of text alone, whose usage has no hidden parts. */
const isText = ({ request, truth, httpStatus, body }: TrafficCase): boolean => {
  const { tools, response_format: format } = request as Record<string, unknown>;
  const isOurs = /^gpt-4(o|\.1)(-mini|-nano)?-20/.test(truth.model ?? '');
  const isPlain =
    tools === undefined &&
    format === undefined &&
    !/image_url|input_audio|annotations":\[\{/.test(JSON.stringify(request) + body);
  return httpStatus === 200 && isOurs && isPlain && Boolean(truth.usage?.input) && !truth.usage?.reasoningOutput;
};

describe('the estimate of recorded traffic', () => {
  const recorded = loadTraffic(undefined, 'chat').filter(
    (one) => isText(one) && (one as { requestRecorded?: unknown }).requestRecorded === true,
  );

  it.each(recorded.map((one) => [`${one.provider}/${one.name}`, one] as const))(
    '%s is what the server counted',
    async (_, one) => {
      const telemetry = useTelemetry();
      const { meterProvider, tracerProvider, total } = telemetry;
      const body = one.body.replaceAll('"usage":', '"_":');
      const fetch = async () => new Response(body, { headers: one.responseHeaders });
      const client = new OpenAI({ apiKey: 'none', maxRetries: 0, fetch });
      wrapOpenAI(client, { meterProvider, tracerProvider, estimateTokens: true });
      const answer: unknown = await client.chat.completions.create({ ...one.request, stream: one.stream } as never);
      if (one.stream) for await (const _ of answer as AsyncIterable<unknown>);
      const usage = one.truth.usage!;
      await expect.poll(() => total('llm_tokens_total'), { timeout: 5000 }).toBeGreaterThan(0);
      expect(await total('llm_tokens_total', { type: 'input', source: 'estimated' })).toBe(usage.input);
      // The end of the answer counts where the model wrote it.
      const output = await total('llm_tokens_total', { type: 'output', source: 'estimated' });
      expect(usage.output! - output).toBeGreaterThanOrEqual(0);
      expect(usage.output! - output).toBeLessThanOrEqual(1);
    },
  );

  it('has cases', () => expect(recorded.length).toBeGreaterThan(8));
});
