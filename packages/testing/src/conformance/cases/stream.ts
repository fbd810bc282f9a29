import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { classOf, readStream } from '../seen.ts';
import type { Api, ConformanceCase } from '../suite.ts';

const ok = { outcome: 'ok' } as const;

/** What a caller can do with a stream. */
export function streamCases(api: Api): readonly ConformanceCase[] {
  const length = api.streamLength;
  const whole = { text: 'Hello there!', items: { length }, error: undefined };
  return [
    {
      title: 'for await',
      use: async ({ client }) => {
        const promise = api.stream(client, api.streamed);
        const stream = await promise;
        return { classes: [classOf(promise), classOf(stream)], ...(await readStream(api, stream)) };
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
        for await (const item of await api.stream(client, api.streamed)) {
          await setTimeout(3);
          items.push(item);
        }
        return { items };
      },
      seen: { items: { length } },
      measured: ok,
    },
    {
      title: 'withResponse()',
      use: async ({ client }) => {
        const { data, response, request_id } = await api.stream(client, api.streamed).withResponse();
        return {
          status: response.status,
          headers: [...response.headers],
          request_id,
          ...(await readStream(api, data)),
        };
      },
      seen: { status: 200, ...whole },
      measured: ok,
    },
    {
      title: 'asResponse()',
      use: async ({ client }) => {
        const response = await api.stream(client, api.streamed).asResponse();
        return { used: response.bodyUsed, body: await response.text() };
      },
      seen: { used: false, body: expect.stringMatching(api.streamEnd) },
      measured: { ...ok, unread: true },
    },
    {
      title: 'tee()',
      use: async ({ client }) => {
        const [left, right] = (await api.stream(client, api.streamed)).tee();
        return { left: await readStream(api, left), right: await readStream(api, right) };
      },
      seen: { left: whole, right: whole },
      measured: ok,
    },
    {
      title: 'toReadableStream()',
      use: async ({ client }) => {
        const stream = await api.stream(client, api.streamed);
        return { lines: (await text(stream.toReadableStream() as ReadableStream)).split('\n') };
      },
      seen: { lines: { length: length + 1 } },
      measured: ok,
    },
    {
      title: 'two iterations, of which the second throws',
      use: async ({ client }) => {
        const stream = await api.stream(client, api.streamed);
        return { first: await readStream(api, stream), second: await readStream(api, stream) };
      },
      seen: { first: whole, second: { items: [], error: { class: expect.stringMatching(/Error$/) } } },
      measured: ok,
    },
    {
      title: 'next() called by hand, past the end',
      use: async ({ client }) => {
        const iterator = (await api.stream(client, api.streamed))[Symbol.asyncIterator]();
        const results: unknown[] = [];
        for (let index = 0; index < length + 2; index++) results.push(await iterator.next());
        return { results };
      },
      seen: {
        results: {
          [length - 1]: { done: false },
          [length]: { done: true, value: undefined },
          [length + 1]: { done: true },
        },
      },
      measured: ok,
    },
    {
      title: 'await twice, read once',
      use: async ({ client }) => {
        const promise = api.stream(client, api.streamed);
        const [first, second] = [await promise, await promise];
        return { same: first === second, ...(await readStream(api, second)) };
      },
      seen: { same: true, ...whole },
      measured: ok,
    },
    {
      title: 'withOptions()',
      use: async ({ client }) => readStream(api, await api.stream(client.withOptions({ timeout: 5000 }), api.streamed)),
      seen: whole,
      measured: ok,
    },
    {
      title: 'three streams at once',
      use: async ({ client }) => {
        const streams = [1, 2, 3].map(async (seed) => api.stream(client, { ...api.streamed, seed }));
        const read = await Promise.all(streams.map(async (stream) => (await readStream(api, await stream)).text));
        return { read };
      },
      seen: { read: [whole.text, whole.text, whole.text] },
      measured: { ...ok, calls: 3 },
    },
    ...withoutUsage(api),
  ];
}

function withoutUsage(api: Api): ConformanceCase[] {
  const { streamedWithoutUsage: request, streamLength, usageChunks } = api;
  if (request === undefined) return [];
  return [
    {
      title: 'without usage',
      use: async ({ client }) => readStream(api, await api.stream(client, request)),
      seen: { text: 'Hello there!', items: { length: streamLength - usageChunks } },
      measured: { ...ok, totals: { llm_usage_missing_total: 1 } },
    },
  ];
}
