import { afterEach, expect, it } from 'vitest';
import { CANONICAL, loadTraffic, type MockNim, type Scenario, startMockNim } from '../src/index.ts';

let nim: MockNim;
afterEach(() => nim.close());

async function ask(respond: Scenario, streamed = true): Promise<string> {
  nim = await startMockNim({ respond });
  const body = JSON.stringify({ model: 'm', stream: streamed });
  return (await fetch(`${nim.baseURL}/chat/completions`, { method: 'POST', body })).text();
}

const lateness = (due: readonly number[]): number[] => {
  const [log] = nim.requests;
  return due.map((millis, index) => log!.chunks[index]!.at - log!.receivedAt - millis);
};

it('writes each chunk when it is due, without drift', { retry: 2 }, async () => {
  await ask(CANONICAL);
  const due = [50, 200, ...Array.from({ length: 51 }, (_, index) => 400 + 20 * index)];
  const late = lateness(due);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  // A busy machine is late now and then; a schedule that drifts is late at the end, each time.
  expect(Math.min(...late.slice(-10))).toBeLessThan(2);
  expect(late.sort((left, right) => left - right)[Math.floor(late.length / 2)]).toBeLessThan(5);
  expect(nim.requests[0]!.headersSentAt! - nim.requests[0]!.receivedAt).toBeLessThan(50);
});

it('sends a plain answer when its last token is due', { retry: 2 }, async () => {
  await ask({ schedule: { headersMillis: 10, firstTokenMillis: 40, interTokenMillis: 10 }, tokens: 3 }, false);
  const [late] = lateness([60]);
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(50);
});

it('fits several reasoning tokens in before the answer', async () => {
  await ask({
    schedule: { reasoningMillis: 10, firstTokenMillis: 30, interTokenMillis: 50 },
    tokens: 1,
    reasoningTokens: 2,
  });
  expect(Math.min(...lateness([0, 10, 20, 30]))).toBeGreaterThanOrEqual(0);
  expect(nim.requests[0]!.chunks[3]!.data).toContain('"content":"the "');
});

it('replays a recorded stream byte for byte, event by event', async () => {
  const [replay] = loadTraffic('groq').filter(({ stream }) => stream);
  const schedule = { roleMillis: 5, firstTokenMillis: 20, interTokenMillis: 0 };
  expect(await ask({ tokens: 0, replay, schedule })).toBe(replay!.body);
  expect(nim.requests[0]!.chunks.length).toBe(replay!.truth.chunks! + 1);
  expect(Math.min(...lateness([5, 20, 20]))).toBeGreaterThanOrEqual(0);
});

it('replays a recorded error with its status', async () => {
  const [replay] = loadTraffic('groq').filter(({ httpStatus }) => httpStatus !== 200);
  nim = await startMockNim({ respond: { tokens: 0, replay } });
  const response = await fetch(`${nim.baseURL}/chat/completions`, { method: 'POST', body: '{"stream":false}' });
  expect(response.status).toBe(replay!.httpStatus);
  expect(await response.text()).toBe(replay!.body);
});
