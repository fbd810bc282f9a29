import { expect, it, vi } from 'vitest';
import type { CallSummary } from '../src/call-summary';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { createWrapped, useTelemetry } from './measure';

/** What `onCall` is told of a call whose response has these headers. */
async function summaryWith(headers: Record<string, string>): Promise<CallSummary> {
  const onCall = vi.fn((_: CallSummary) => {});
  const answer = () => new FakeApiPromise(Promise.resolve(createProps(headers)), async () => ({ end: 'stop' }));
  await createWrapped(useTelemetry(), answer, { onCall }).chat.create({ model: 'fake-1' });
  await vi.waitUntil(() => onCall.mock.calls.length === 1, { interval: 1 });
  return onCall.mock.calls[0]![0];
}

it.each(['x-request-id', 'request-id', 'apim-request-id', 'nvcf-reqid'])(
  'the id of a request is in %s',
  async (name) => {
    expect(await summaryWith({ [name]: 'r1' })).toMatchObject({ requestId: 'r1' });
  },
);

it('the id of a request is the first of several, and of those that say something', async () => {
  expect((await summaryWith({ 'x-request-id': 'a', 'request-id': 'b' })).requestId).toBe('a');
  expect((await summaryWith({ 'x-request-id': '', 'request-id': 'b' })).requestId).toBe('b');
  expect((await summaryWith({ 'x-request-id': '' })).requestId).toBeUndefined();
});

it('what nobody said is undefined in the summary', async () => {
  const { requestId, usage, attributes, sessionId, userId, cost } = await summaryWith({});
  expect([requestId, usage, attributes, sessionId, userId, cost]).toEqual(Array(6).fill(undefined));
});
