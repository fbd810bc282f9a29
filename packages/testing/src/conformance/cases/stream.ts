import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { PLAIN, STREAMED } from '../prompts.ts';
import { classOf, readStream } from '../seen.ts';
import type { ConformanceCase } from '../suite.ts';

const ok = { outcome: 'ok' } as const;
const DONE = /data: \[DONE\]\n\n$/;
const whole = { text: 'Hello there!', items: { length: 6 }, error: undefined };

/** What a caller can do with a stream. */
export const STREAM: readonly ConformanceCase[] = [
  {
    title: 'for await',
    use: async ({ client }) => {
      const promise = client.chat.completions.create(STREAMED);
      const stream = await promise;
      return { classes: [classOf(promise), classOf(stream)], ...(await readStream(stream)) };
    },
    seen: { classes: ['APIPromise', 'Stream'], ...whole },
    measured: {
      ...ok,
      totals: {
        llm_stream_duration_seconds: 1,
        llm_time_to_first_token_seconds: 1,
        llm_time_to_first_output_token_seconds: 1,
        llm_usage_missing_total: 0,
      },
    },
  },
  {
    title: 'for await with a slow consumer',
    use: async ({ client }) => {
      const items: unknown[] = [];
      for await (const item of await client.chat.completions.create(STREAMED)) {
        await setTimeout(3);
        items.push(item);
      }
      return { items };
    },
    seen: { items: { length: 6 } },
    measured: ok,
  },
  {
    title: 'withResponse()',
    use: async ({ client }) => {
      const { data, response, request_id } = await client.chat.completions.create(STREAMED).withResponse();
      return { status: response.status, headers: [...response.headers], request_id, ...(await readStream(data)) };
    },
    seen: { status: 200, request_id: 'req-mock', ...whole },
    measured: ok,
  },
  {
    title: 'asResponse()',
    use: async ({ client }) => {
      const response = await client.chat.completions.create(STREAMED).asResponse();
      return { used: response.bodyUsed, body: await response.text() };
    },
    seen: { used: false, body: expect.stringMatching(DONE) },
    measured: { ...ok, unread: true },
  },
  {
    title: 'tee()',
    use: async ({ client }) => {
      const [left, right] = (await client.chat.completions.create(STREAMED)).tee();
      return { left: await readStream(left), right: await readStream(right) };
    },
    seen: { left: whole, right: whole },
    measured: ok,
  },
  {
    title: 'toReadableStream()',
    use: async ({ client }) => {
      const stream = await client.chat.completions.create(STREAMED);
      return { lines: (await text(stream.toReadableStream() as ReadableStream)).split('\n') };
    },
    seen: { lines: { length: 7 } },
    measured: ok,
  },
  {
    title: 'two iterations, of which the second throws',
    use: async ({ client }) => {
      const stream = await client.chat.completions.create(STREAMED);
      return { first: await readStream(stream), second: await readStream(stream) };
    },
    seen: { first: whole, second: { items: [], error: { class: 'OpenAIError' } } },
    measured: ok,
  },
  {
    title: 'next() called by hand, past the end',
    use: async ({ client }) => {
      const iterator = (await client.chat.completions.create(STREAMED))[Symbol.asyncIterator]();
      const results: unknown[] = [];
      for (let index = 0; index < 8; index++) results.push(await iterator.next());
      return { results };
    },
    seen: { results: { 5: { done: false }, 6: { done: true, value: undefined }, 7: { done: true } } },
    measured: ok,
  },
  {
    title: 'await twice, read once',
    use: async ({ client }) => {
      const promise = client.chat.completions.create(STREAMED);
      const [first, second] = [await promise, await promise];
      return { same: first === second, ...(await readStream(second)) };
    },
    seen: { same: true, ...whole },
    measured: ok,
  },
  {
    title: 'withOptions()',
    use: async ({ client }) =>
      readStream(await client.withOptions({ timeout: 5000 }).chat.completions.create(STREAMED)),
    seen: whole,
    measured: ok,
  },
  {
    title: 'three streams at once',
    use: async ({ client }) => {
      const streams = [1, 2, 3].map(async (seed) => client.chat.completions.create({ ...STREAMED, seed }));
      const read = await Promise.all(streams.map(async (stream) => (await readStream(await stream)).text));
      return { read };
    },
    seen: { read: [whole.text, whole.text, whole.text] },
    measured: { ...ok, calls: 3 },
  },
  {
    title: 'without usage',
    use: async ({ client }) => readStream(await client.chat.completions.create({ ...PLAIN, stream: true })),
    seen: { text: 'Hello there!', items: { length: 5 } },
    measured: { ...ok, totals: { llm_usage_missing_total: 1 } },
  },
];
