import { setTimeout } from 'node:timers/promises';
import type { Fault, Scenario } from '../../mock/scenario.ts';
import { SPACED } from '../prompts.ts';
import { attempt, readStream } from '../seen.ts';
import type { Api, ConformanceCase, Measured, Use } from '../suite.ts';
import { until } from '../until.ts';

const ok = { outcome: 'ok' } as const;
const status = (code: number, times?: number): Scenario => ({
  tokens: ['Hello'],
  fault: { kind: 'status', status: code, times, retryAfterSeconds: 0.01 },
});

type Call = (use: Use) => Promise<unknown>;

const plainCall =
  (api: Api): Call =>
  ({ client }) =>
    attempt(() => api.create(client, api.plain));

const streamedCall =
  (api: Api): Call =>
  ({ client }) =>
    attempt(async () => readStream(api, await api.stream(client, api.streamed)));

/** Servers and networks that fail. */
export function faultCases(api: Api): readonly ConformanceCase[] {
  const plain = plainCall(api);
  const streamed = streamedCall(api);

  /** The same server for a plain and a streamed call. */
  const both = (title: string, use: Pick<ConformanceCase, 'respond' | 'client' | 'measured'>, seen: object) => [
    { title: `${title}, plain`, use: plain, seen, ...use },
    { title: `${title}, streamed`, use: streamed, seen, ...use },
  ];

  /** A fault in the stream, after `afterChunks` chunks have come. */
  const inStream = (kind: Fault['kind'], afterChunks: number, seen: object, measured: Measured): ConformanceCase => ({
    title: `stream: ${kind}`,
    respond: { tokens: 5, schedule: SPACED, fault: { kind, afterChunks } as Fault },
    use: streamed,
    seen: { value: seen },
    measured,
  });

  return [
    ...both(
      '429',
      { respond: status(429), measured: { outcome: 'error', errorType: '429' } },
      { error: { class: 'RateLimitError', status: 429, ...api.refused } },
    ),
    ...both(
      '500',
      { respond: status(500), measured: { outcome: 'error', errorType: '500' } },
      { error: { class: 'InternalServerError', status: 500 } },
    ),
    ...both(
      '429 once, then an answer by retry',
      { respond: status(429, 1), client: { maxRetries: 2 }, measured: ok },
      { value: {} },
    ),
    ...both(
      '429 until retries run out',
      { respond: status(429), client: { maxRetries: 1 }, measured: { outcome: 'error' } },
      {
        error: { class: 'RateLimitError' },
      },
    ),
    {
      title: 'connection refused',
      use: async (use) => {
        await use.nim.close();
        return { plain: await plain(use), streamed: await streamed(use) };
      },
      seen: { plain: { error: { class: 'APIConnectionError' } }, streamed: { error: { class: 'APIConnectionError' } } },
      measured: { outcome: 'error', calls: 2 },
    },
    {
      title: 'reset before the body of a plain call',
      respond: { tokens: 1, schedule: SPACED, fault: { kind: 'reset', afterChunks: 0 } },
      use: plain,
      seen: { error: {} },
      measured: { outcome: 'error' },
    },
    {
      title: 'asResponse() of a 500',
      respond: status(500),
      use: ({ client }) => attempt(() => api.create(client, api.plain).asResponse()),
      seen: { error: { class: 'InternalServerError' } },
      measured: { outcome: 'error', errorType: '500' },
    },
    {
      title: 'a call never awaited that fails',
      respond: status(500),
      use: async ({ client, nim }) => {
        void api.create(client, api.plain);
        await until(() => nim.requests[0]?.endedAt !== undefined);
        await setTimeout(30);
        return {};
      },
      seen: {},
      rejections: 1,
      measured: { outcome: 'error', errorType: '500' },
    },
    {
      title: 'catch() and a second look at the error',
      respond: status(500),
      use: async ({ client }) => {
        const promise = api.create(client, api.plain);
        const [first, second] = [await promise.catch((error) => error), await promise.catch((error) => error)];
        return { same: first === second, class: first.constructor.name };
      },
      seen: { same: true, class: 'InternalServerError' },
      measured: { outcome: 'error', errorType: '500' },
    },
    inStream('reset', 3, { items: { length: 3 }, error: {} }, { outcome: 'error' }),
    inStream('error-object', 2, { items: { length: 2 }, error: { class: api.streamError } }, { outcome: 'error' }),
    inStream('garbage', 2, { items: { length: 2 }, error: { class: 'SyntaxError' } }, { outcome: 'error' }),
    inStream('without-choices', 2, { items: { length: api.streamLength + 3 }, error: undefined }, ok),
    inStream('without-delta', 2, { items: { length: api.streamLength + 3 }, error: undefined }, ok),
    inStream('truncate', 3, { items: { length: 3 }, error: undefined }, { outcome: 'truncated' }),
  ];
}
