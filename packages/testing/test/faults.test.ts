import { afterEach, expect, it, vi } from 'vitest';
import { type Fault, type MockNim, startMockNim } from '../src/index.ts';

let nim: MockNim;
afterEach(() => nim.close());

const start = async (fault: Fault): Promise<void> => {
  nim = await startMockNim({ respond: { tokens: ['a', 'b'], fault } });
};
const ask = (body: object = { stream: true }, init: RequestInit = {}): Promise<Response> =>
  fetch(`${nim.baseURL}/chat/completions`, { method: 'POST', body: JSON.stringify(body), ...init });
const lines = async (): Promise<string[]> => (await (await ask()).text()).split('\n\n').filter((line) => line !== '');

it('answers 429 with Retry-After as often as asked, then normally', async () => {
  await start({ kind: 'status', status: 429, times: 2, retryAfterSeconds: 3 });
  const answers = [await ask(), await ask(), await ask()];
  expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
  expect(answers.map(({ headers }) => headers.get('retry-after'))).toEqual(['3', '3', null]);
  expect(await answers[0]!.json()).toMatchObject({ error: { type: 'TooManyRequestsError', code: 429 } });
});

it('answers 500 for ever', async () => {
  await start({ kind: 'status', status: 500 });
  expect([(await ask()).status, (await ask()).status]).toEqual([500, 500]);
});

it('resets the socket after some chunks, which do arrive', async () => {
  await start({ kind: 'reset', afterChunks: 2 });
  const reader = (await ask()).body!.pipeThrough(new TextDecoderStream()).getReader();
  let received = '';
  const readAll = async (): Promise<void> => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) received += part.value;
  };
  await expect(readAll()).rejects.toThrow('terminated');
  expect(received.match(/data: /g)).toHaveLength(2);
  expect(nim.requests[0]).toMatchObject({ endedAt: expect.any(Number), closedByClientAt: undefined });
});

it.each([
  [{ kind: 'hang', afterChunks: 'no-headers' } as const, 0],
  [{ kind: 'hang', afterChunks: 1 } as const, 1],
])('hangs until the client goes: %o', async (fault, chunks) => {
  await start(fault);
  const signal = AbortSignal.timeout(100);
  await expect(ask({ stream: true }, { signal }).then((response) => response.text())).rejects.toThrow('timeout');
  await vi.waitFor(() => expect(nim.requests[0]?.closedByClientAt).toBeTypeOf('number'));
  expect(nim.requests[0]).toMatchObject({ endedAt: undefined, chunks: { length: chunks } });
  expect(nim.requests[0]?.headersSentAt === undefined).toBe(chunks === 0);
});

it('puts a chunk that is not JSON into the stream', async () => {
  await start({ kind: 'garbage', afterChunks: 1 });
  const data = (await lines()).map((line) => line.slice('data: '.length));
  expect(() => JSON.parse(data[0]!)).not.toThrow();
  expect(() => JSON.parse(data[1]!)).toThrow(SyntaxError);
  expect(data).toHaveLength(6);
});

it('ends the stream with an error object', async () => {
  await start({ kind: 'error-object', afterChunks: 2 });
  const [, , error, done, ...rest] = await lines();
  expect(JSON.parse(error!.slice(6))).toMatchObject({ error: { code: 500 } });
  expect([done, rest]).toEqual(['data: [DONE]', []]);
});

it('sends a chunk without choices, and one without delta', async () => {
  await start({ kind: 'without-choices', afterChunks: 1 });
  expect(JSON.parse((await lines())[1]!.slice(6))).not.toHaveProperty('choices');
  await nim.close();
  await start({ kind: 'without-delta', afterChunks: 1 });
  expect(JSON.parse((await lines())[1]!.slice(6)).choices).toEqual([{ index: 0, finish_reason: null }]);
});

it('truncates the stream without finish reason or [DONE]', async () => {
  await start({ kind: 'truncate', afterChunks: 3 });
  const received = await lines();
  expect(received).toHaveLength(3);
  expect(received.join()).not.toMatch(/"finish_reason":"|\[DONE\]/);
});

it('logs a client that leaves, and closes with connections open', async () => {
  nim = await startMockNim({ respond: { tokens: 100, schedule: { interTokenMillis: 10 } } });
  const leaving = await ask();
  await leaving.body!.cancel();
  await vi.waitFor(() => expect(nim.requests[0]?.closedByClientAt).toBeTypeOf('number'));
  await ask();
  await nim.close();
  await expect(ask()).rejects.toThrow('fetch failed');
});
