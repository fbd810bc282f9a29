import { setTimeout } from 'node:timers/promises';
import { CITY_FORMAT, CITY_TOKENS, PLAIN, WEATHER_CALL, WEATHER_TOOL } from '../prompts.ts';
import { attempt, classOf } from '../seen.ts';
import type { ConformanceCase } from '../suite.ts';

const ok = { outcome: 'ok' } as const;
const answer = { choices: [{ message: { content: 'Hello there!' }, finish_reason: 'stop' }] };

/** What a caller can do with the promise of a plain call. */
export const PROMISE: readonly ConformanceCase[] = [
  {
    title: 'await',
    use: async ({ client }) => {
      const promise = client.chat.completions.create(PLAIN);
      return { class: classOf(promise), value: await promise };
    },
    seen: { class: 'APIPromise', value: answer },
    measured: { ...ok, totals: { llm_stream_duration_seconds: 0, llm_usage_missing_total: 0 } },
  },
  {
    title: 'withResponse()',
    use: async ({ client }) => {
      const { data, response, request_id } = await client.chat.completions.create(PLAIN).withResponse();
      return { data, status: response.status, headers: [...response.headers], used: response.bodyUsed, request_id };
    },
    seen: { data: answer, status: 200, used: true, request_id: 'req-mock' },
    measured: ok,
  },
  {
    title: 'asResponse()',
    use: async ({ client }) => {
      const response = await client.chat.completions.create(PLAIN).asResponse();
      return { used: response.bodyUsed, headers: [...response.headers], body: await response.json() };
    },
    seen: { used: false, body: answer },
    measured: { ...ok, unread: true },
  },
  {
    title: 'asResponse() first, await after',
    use: async ({ client }) => {
      const promise = client.chat.completions.create(PLAIN);
      return { status: (await promise.asResponse()).status, value: await promise };
    },
    seen: { status: 200, value: answer },
    measured: { ...ok, unread: true },
  },
  {
    title: 'then, catch and finally',
    use: async ({ client }) => {
      const order: string[] = [];
      const promise = client.chat.completions.create(PLAIN);
      await promise.then(({ id }) => order.push(id));
      await promise.catch(() => order.push('catch'));
      return { order, value: await promise.finally(() => order.push('finally')) };
    },
    seen: { order: ['chatcmpl-0', 'finally'], value: answer },
    measured: ok,
  },
  {
    title: 'await twice',
    use: async ({ client }) => {
      const promise = client.chat.completions.create(PLAIN);
      const [first, second] = [await promise, await promise];
      return { same: first === second, first };
    },
    seen: { same: true, first: answer },
    measured: ok,
  },
  {
    title: 'several calls started, awaited late and in turn',
    use: async ({ client }) => {
      const promises = [1, 2, 3].map((seed) => client.chat.completions.create({ ...PLAIN, seed }));
      await setTimeout(30);
      const texts: unknown[] = [];
      for (const promise of promises) texts.push((await promise).choices[0]?.message.content);
      return { texts };
    },
    seen: { texts: ['Hello there!', 'Hello there!', 'Hello there!'] },
    measured: { ...ok, calls: 3 },
  },
  {
    title: 'parse() with a response format',
    respond: { tokens: CITY_TOKENS },
    use: ({ client }) => client.chat.completions.parse({ ...PLAIN, response_format: CITY_FORMAT }),
    seen: { choices: [{ message: { parsed: { city: 'Bern' } } }] },
    measured: ok,
  },
  {
    title: 'parse() of what is no JSON',
    use: ({ client }) => attempt(() => client.chat.completions.parse({ ...PLAIN, response_format: CITY_FORMAT })),
    seen: { error: { class: 'SyntaxError' } },
    measured: ok,
  },
  {
    title: 'parse() with a strict tool, withResponse()',
    respond: { tokens: 0, toolCalls: [WEATHER_CALL] },
    use: async ({ client }) => {
      const promise = client.chat.completions.parse({ ...PLAIN, tools: [WEATHER_TOOL] });
      const { data, request_id } = await promise.withResponse();
      return { data, request_id };
    },
    seen: { data: { choices: [{ message: { tool_calls: [{ function: { parsed_arguments: { city: 'Bern' } } }] } }] } },
    measured: ok,
  },
  {
    title: 'withOptions()',
    use: ({ client }) =>
      client.withOptions({ timeout: 5000 }).withOptions({ maxRetries: 1 }).chat.completions.create(PLAIN),
    seen: answer,
    measured: ok,
  },
  {
    title: 'a request with getters and toJSON, which run as often as ever',
    use: async ({ client }) => {
      const reads = { content: 0, toJSON: 0 };
      const message = {
        role: 'user' as const,
        get content(): string {
          return `read ${++reads.content}`;
        },
      };
      const metadata = { toJSON: () => ({ run: String(++reads.toJSON) }) };
      const request = Object.freeze({ ...PLAIN, messages: [Object.freeze(message)], metadata: metadata as object });
      return { value: await client.chat.completions.create(request as typeof PLAIN), reads };
    },
    seen: { value: answer, reads: { toJSON: 1 } },
    measured: ok,
  },
];
