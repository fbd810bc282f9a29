import { setTimeout } from 'node:timers/promises';
import type { MockNim } from '../../mock/mock-nim.ts';
import type { Scenario } from '../../mock/scenario.ts';
import { PLAIN, SPACED, STREAMED } from '../prompts.ts';
import { attempt, readStream } from '../seen.ts';
import type { Client, ConformanceCase } from '../suite.ts';
import { until } from '../until.ts';

const long: Scenario = { tokens: 500, schedule: SPACED };
const silent: Scenario = { tokens: 1, fault: { kind: 'hang', afterChunks: 'no-headers' } };
const aborted = { outcome: 'aborted' } as const;
const userAbort = { error: { class: 'APIUserAbortError' } };

/** Waits until the server has seen the client go, and says whether it had finished before. */
async function leftAt({ requests }: MockNim): Promise<{ sawClientLeave: boolean; finished: boolean }> {
  await until(() => requests.every(({ closedByClientAt, endedAt }) => (closedByClientAt ?? endedAt) !== undefined));
  const [log] = requests;
  return { sawClientLeave: log?.closedByClientAt !== undefined, finished: log?.endedAt !== undefined };
}

const left = { sawClientLeave: true, finished: false };

async function dropStream(client: Client): Promise<void> {
  await client.chat.completions.create(STREAMED);
}

/** Reads a stream and aborts once the server is as far as that. */
async function abortWith(reason: Error, client: Client, isDue: () => boolean): Promise<unknown> {
  const controller = new AbortController();
  const { signal } = controller;
  const read = attempt(async () => readStream(await client.chat.completions.create(STREAMED, { signal })));
  await until(isDue);
  await setTimeout(20);
  controller.abort(reason);
  return read;
}

/** Callers who do not wait for the end. */
export const LEAVING: readonly ConformanceCase[] = [
  {
    title: 'break',
    respond: long,
    use: async ({ client, nim }) => {
      const stream = await client.chat.completions.create(STREAMED);
      const read = await readStream(stream, (count) => count === 3);
      return { ...read, aborted: stream.controller.signal.aborted, ...(await leftAt(nim)) };
    },
    seen: { items: { length: 3 }, error: undefined, aborted: true, ...left },
    measured: { outcome: 'cancelled', totals: { llm_stream_duration_seconds: 1 } },
  },
  {
    title: 'an error thrown by the consumer',
    respond: long,
    use: async ({ client, nim }) => {
      const stream = await client.chat.completions.create(STREAMED);
      const fail = (): never => {
        throw new RangeError('mine');
      };
      return { ...(await readStream(stream, fail)), ...(await leftAt(nim)) };
    },
    seen: { items: { length: 1 }, error: { class: 'RangeError', message: 'mine' }, ...left },
    measured: { outcome: 'cancelled' },
  },
  {
    title: 'cancel() of toReadableStream()',
    respond: long,
    use: async ({ client, nim }) => {
      const stream = await client.chat.completions.create(STREAMED);
      const reader = (stream.toReadableStream() as ReadableStream<Uint8Array>).getReader();
      await reader.read();
      await reader.cancel();
      return { aborted: stream.controller.signal.aborted, ...(await leftAt(nim)) };
    },
    seen: { aborted: true, ...left },
    measured: { outcome: 'cancelled' },
  },
  {
    title: 'abort by signal before the headers',
    respond: silent,
    use: async ({ client, nim }) => {
      const controller = new AbortController();
      const call = attempt(() => client.chat.completions.create(STREAMED, { signal: controller.signal }));
      await until(() => nim.requests.length === 1);
      controller.abort();
      return { ...(await call), ...(await leftAt(nim)) };
    },
    seen: { ...userAbort, ...left },
    measured: aborted,
  },
  {
    title: 'abort of a plain call',
    respond: silent,
    use: ({ client }) => attempt(() => client.chat.completions.create(PLAIN, { signal: AbortSignal.timeout(30) })),
    seen: userAbort,
    measured: aborted,
  },
  {
    title: 'a signal that is aborted already',
    use: ({ client }) => attempt(() => client.chat.completions.create(PLAIN, { signal: AbortSignal.abort() })),
    seen: userAbort,
    measured: aborted,
  },
  {
    title: 'abort by signal in mid-stream',
    respond: long,
    use: async ({ client, nim }) => {
      const controller = new AbortController();
      const stream = await client.chat.completions.create(STREAMED, { signal: controller.signal });
      const read = await readStream(stream, (count) => void (count === 3 && controller.abort()));
      return { ...read, aborted: stream.controller.signal.aborted, ...(await leftAt(nim)) };
    },
    seen: { items: { length: 3 }, aborted: true, ...left },
    measured: aborted,
  },
  {
    title: 'abort with a reason of one’s own, before the headers',
    respond: silent,
    use: ({ client, nim }) => abortWith(new RangeError('enough'), client, () => nim.requests.length === 1),
    seen: userAbort,
    measured: aborted,
  },
  {
    title: 'abort with a reason of one’s own, in mid-stream',
    respond: { tokens: 3, fault: { kind: 'hang', afterChunks: 2 } },
    use: ({ client, nim }) => abortWith(new RangeError('enough'), client, () => nim.requests[0]?.chunks.length === 2),
    seen: { value: { items: { length: 2 } } },
    measured: aborted,
  },
  {
    title: 'abort by signal while waiting for a chunk',
    respond: { tokens: 3, fault: { kind: 'hang', afterChunks: 2 } },
    use: async ({ client, nim }) => {
      const stream = await client.chat.completions.create(STREAMED, { signal: AbortSignal.timeout(50) });
      return { ...(await readStream(stream)), ...(await leftAt(nim)) };
    },
    seen: { items: { length: 2 }, ...left },
    measured: aborted,
  },
  {
    title: 'abort by stream.controller',
    respond: long,
    use: async ({ client, nim }) => {
      const stream = await client.chat.completions.create(STREAMED);
      const read = await readStream(stream, (count) => void (count === 3 && stream.controller.abort()));
      return { ...read, ...(await leftAt(nim)) };
    },
    seen: { items: { length: 3 }, ...left },
    measured: aborted,
  },
  {
    title: 'abort by stream.controller, not read',
    respond: long,
    use: async ({ client, nim }) => {
      const stream = await client.chat.completions.create(STREAMED);
      stream.controller.abort();
      return { ...(await leftAt(nim)), ...(await readStream(stream)) };
    },
    seen: left,
    measured: aborted,
  },
  {
    title: 'timeout',
    respond: silent,
    client: { timeout: 40 },
    use: ({ client }) => attempt(() => client.chat.completions.create(PLAIN)),
    seen: { error: { class: 'APIConnectionTimeoutError' } },
    measured: aborted,
  },
  {
    title: 'a stream that nobody reads',
    use: async ({ client }) => {
      await dropStream(client);
      await setTimeout(10);
      return {};
    },
    seen: {},
    measured: { outcome: 'abandoned' },
  },
];
