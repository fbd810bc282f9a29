import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attempt, readStream, type SeenError } from '../src/conformance/seen.ts';
import { loadTraffic, type MockNim, startMockNim, type TrafficCase } from '../src/index.ts';

const cases = loadTraffic();
let nim: MockNim;
beforeAll(async () => {
  const schedule = { firstTokenMillis: 0, interTokenMillis: 0 };
  nim = await startMockNim({ respond: (_, index) => ({ tokens: 0, replay: cases[index], schedule }) });
});
afterAll(() => nim.close());

async function use(client: OpenAI, { request, stream }: TrafficCase): Promise<unknown> {
  const body = { ...request, stream } as unknown as OpenAI.Chat.ChatCompletionCreateParams;
  const value = await attempt(() => client.chat.completions.create(body));
  if ('error' in value || !stream) return { throwsAt: 'await', throws: errorOf(value)?.class };
  const { items, error } = await readStream(value.value as AsyncIterable<unknown>);
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
