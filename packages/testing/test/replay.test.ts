import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { APIS } from '../src/conformance/apis.ts';
import { attempt, readStream, type SeenError } from '../src/conformance/seen.ts';
import { loadTraffic, type MockNim, startMockNim, type TrafficApi, type TrafficCase } from '../src/index.ts';

const APIS_OF_TRAFFIC: readonly TrafficApi[] = ['chat', 'responses', 'completions'];
const cases = APIS_OF_TRAFFIC.flatMap((api) => loadTraffic(undefined, api)).filter(({ api }) => api in APIS);
let nim: MockNim;
beforeAll(async () => {
  const schedule = { firstTokenMillis: 0, interTokenMillis: 0 };
  nim = await startMockNim({ respond: (_, index) => ({ tokens: 0, replay: cases[index], schedule }) });
});
afterAll(() => nim.close());

async function use(client: OpenAI, { api: name, request, stream }: TrafficCase): Promise<unknown> {
  const api = APIS[name as TrafficApi];
  const value = await attempt(() => api.create(client, { ...request, stream }));
  if ('error' in value || !stream) return { throwsAt: 'await', throws: errorOf(value)?.class };
  const { items, error } = await readStream(api, value.value as AsyncIterable<unknown>);
  return { itemsYielded: items.length, throwsAt: 'iteration', throws: error?.class };
}

const errorOf = (result: object): SeenError | undefined =>
  'error' in result ? (result.error as SeenError) : undefined;

it('lets the bare SDK see what it saw when the traffic was read first', async () => {
  const client = new OpenAI({ apiKey: 'test', baseURL: nim.baseURL, maxRetries: 0, logLevel: 'off' });
  const expected = cases.map(({ rawSdk: { itemsYielded, throws, throwsAt }, stream }) => ({
    ...(itemsYielded !== undefined && { itemsYielded }),
    throwsAt: throwsAt ?? (stream ? 'iteration' : 'await'),
    throws,
  }));
  const found: unknown[] = [];
  for (const recorded of cases) found.push(await use(client, recorded));
  expect(found).toEqual(expected);
});
