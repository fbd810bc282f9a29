import { setTimeout } from 'node:timers/promises';
import { classOf } from '../seen.ts';
import type { Api, ConformanceCase } from '../suite.ts';

const ok = { outcome: 'ok' } as const;

/** What a caller can do with the promise of a plain call. */
export const promiseCases = (api: Api): readonly ConformanceCase[] => [
  {
    title: 'await',
    use: async ({ client }) => {
      const promise = api.create(client, api.plain);
      return { class: classOf(promise), value: await promise };
    },
    seen: { class: 'APIPromise', value: api.answer },
    measured: { ...ok, totals: { llm_stream_duration_seconds: 0, llm_usage_missing_total: 0 } },
  },
  {
    title: 'withResponse()',
    use: async ({ client }) => {
      const { data, response, request_id } = await api.create(client, api.plain).withResponse();
      return { data, status: response.status, headers: [...response.headers], used: response.bodyUsed, request_id };
    },
    seen: { data: api.answer, status: 200, used: true },
    measured: ok,
  },
  {
    title: 'asResponse()',
    use: async ({ client }) => {
      const response = await api.create(client, api.plain).asResponse();
      return { used: response.bodyUsed, headers: [...response.headers], body: await response.json() };
    },
    seen: { used: false, body: api.answer },
    measured: { ...ok, unread: true },
  },
  {
    title: 'asResponse() first, await after',
    use: async ({ client }) => {
      const promise = api.create(client, api.plain);
      return { status: (await promise.asResponse()).status, value: await promise };
    },
    seen: { status: 200, value: api.answer },
    measured: { ...ok, unread: true },
  },
  {
    title: 'then, catch and finally',
    use: async ({ client }) => {
      const order: string[] = [];
      const promise = api.create(client, api.plain);
      await promise.then((value) => order.push((value as { id: string }).id));
      await promise.catch(() => order.push('catch'));
      return { order, value: await promise.finally(() => order.push('finally')) };
    },
    seen: { order: [api.firstId, 'finally'], value: api.answer },
    measured: ok,
  },
  {
    title: 'await twice',
    use: async ({ client }) => {
      const promise = api.create(client, api.plain);
      const [first, second] = [await promise, await promise];
      return { same: first === second, first };
    },
    seen: { same: true, first: api.answer },
    measured: ok,
  },
  {
    title: 'several calls started, awaited late and in turn',
    use: async ({ client }) => {
      const promises = [1, 2, 3].map((seed) => api.create(client, { ...api.plain, seed }));
      await setTimeout(30);
      const texts: unknown[] = [];
      for (const promise of promises) texts.push(api.textOf(await promise));
      return { texts };
    },
    seen: { texts: ['Hello there!', 'Hello there!', 'Hello there!'] },
    measured: { ...ok, calls: 3 },
  },
  {
    title: 'withOptions()',
    use: ({ client }) => api.create(client.withOptions({ timeout: 5000 }).withOptions({ maxRetries: 1 }), api.plain),
    seen: api.answer,
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
      const request = Object.freeze({ ...api.asking(Object.freeze(message)), metadata });
      return { value: await api.create(client, request), reads };
    },
    seen: { value: api.answer, reads: { toJSON: 1 } },
    measured: ok,
  },
];
