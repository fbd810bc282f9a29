import { setTimeout } from 'node:timers/promises';
import type { MockNim } from '../../mock/mock-nim.ts';
import type { Scenario } from '../../mock/scenario.ts';
import { SPACED } from '../prompts.ts';
import { attempt, readStream } from '../seen.ts';
import type { Api, Client, ConformanceCase, Use } from '../suite.ts';
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

async function dropStream(api: Api, client: Client): Promise<void> {
  await api.stream(client, api.streamed);
}

/** Reads a stream and aborts once the server is as far as that. */
async function abortWith(api: Api, { client, nim }: Use, isDue: (nim: MockNim) => boolean): Promise<unknown> {
  const controller = new AbortController();
  const { signal } = controller;
  const read = attempt(async () => readStream(api, await api.stream(client, api.streamed, { signal })));
  await until(() => isDue(nim));
  await setTimeout(20);
  controller.abort(new RangeError('enough'));
  return read;
}

/** Callers who do not wait for the end. */
export const leavingCases = (api: Api): readonly ConformanceCase[] => [
  {
    title: 'break',
    respond: long,
    use: async ({ client, nim }) => {
      const stream = await api.stream(client, api.streamed);
      const read = await readStream(api, stream, (count) => count === api.loneItem);
      return { ...read, aborted: stream.controller.signal.aborted, ...(await leftAt(nim)) };
    },
    seen: { items: { length: api.loneItem }, error: undefined, aborted: true, ...left },
    measured: { outcome: 'cancelled', totals: { llm_stream_duration_seconds: 1 } },
  },
  {
    title: 'an error thrown by the consumer',
    respond: long,
    use: async ({ client, nim }) => {
      const stream = await api.stream(client, api.streamed);
      const fail = (): never => {
        throw new RangeError('mine');
      };
      return { ...(await readStream(api, stream, fail)), ...(await leftAt(nim)) };
    },
    seen: { items: { length: 1 }, error: { class: 'RangeError', message: 'mine' }, ...left },
    measured: { outcome: 'cancelled' },
  },
  {
    title: 'cancel() of toReadableStream()',
    respond: long,
    use: async ({ client, nim }) => {
      const stream = await api.stream(client, api.streamed);
      const reader = stream.toReadableStream().getReader();
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
      const call = attempt(() => api.stream(client, api.streamed, { signal: controller.signal }));
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
    use: ({ client }) => attempt(() => api.create(client, api.plain, { signal: AbortSignal.timeout(30) })),
    seen: userAbort,
    measured: aborted,
  },
  {
    title: 'a signal that is aborted already',
    use: ({ client }) => attempt(() => api.create(client, api.plain, { signal: AbortSignal.abort() })),
    seen: userAbort,
    measured: aborted,
  },
  {
    title: 'abort by signal in mid-stream',
    // What came together with the last item would be handed out after the abort.
    respond: { ...long, fault: { kind: 'hang', afterChunks: api.loneItem } },
    use: async ({ client, nim }) => {
      const controller = new AbortController();
      const stream = await api.stream(client, api.streamed, { signal: controller.signal });
      const read = await readStream(api, stream, (count) => void (count === api.loneItem && controller.abort()));
      return { ...read, aborted: stream.controller.signal.aborted, ...(await leftAt(nim)) };
    },
    seen: { items: { length: api.loneItem }, aborted: true, ...left },
    measured: aborted,
  },
  {
    title: 'abort with a reason of one’s own, before the headers',
    respond: silent,
    use: (use) => abortWith(api, use, ({ requests }) => requests.length === 1),
    seen: userAbort,
    measured: aborted,
  },
  {
    title: 'abort with a reason of one’s own, in mid-stream',
    respond: { tokens: 3, fault: { kind: 'hang', afterChunks: 2 } },
    use: (use) => abortWith(api, use, ({ requests }) => requests[0]?.chunks.length === 2),
    seen: { value: { items: { length: 2 } } },
    measured: aborted,
  },
  {
    title: 'abort by signal while waiting for a chunk',
    respond: { tokens: 3, fault: { kind: 'hang', afterChunks: 2 } },
    use: async ({ client, nim }) => {
      const stream = await api.stream(client, api.streamed, { signal: AbortSignal.timeout(50) });
      return { ...(await readStream(api, stream)), ...(await leftAt(nim)) };
    },
    seen: { items: { length: 2 }, ...left },
    measured: aborted,
  },
  {
    title: 'abort by stream.controller',
    respond: long,
    use: async ({ client, nim }) => {
      const stream = await api.stream(client, api.streamed);
      const read = await readStream(api, stream, (count) => void (count === api.loneItem && stream.controller.abort()));
      return { ...read, ...(await leftAt(nim)) };
    },
    seen: { items: { length: api.loneItem }, ...left },
    measured: aborted,
  },
  {
    title: 'abort by stream.controller, not read',
    respond: long,
    use: async ({ client, nim }) => {
      const stream = await api.stream(client, api.streamed);
      stream.controller.abort();
      return { ...(await leftAt(nim)), ...(await readStream(api, stream)) };
    },
    seen: left,
    measured: aborted,
  },
  {
    title: 'timeout',
    respond: silent,
    client: { timeout: 40 },
    use: ({ client }) => attempt(() => api.create(client, api.plain)),
    seen: { error: { class: 'APIConnectionTimeoutError' } },
    measured: aborted,
  },
  {
    title: 'a stream that nobody reads',
    use: async ({ client }) => {
      await dropStream(api, client);
      await setTimeout(10);
      return {};
    },
    seen: {},
    measured: { outcome: 'abandoned' },
  },
];
