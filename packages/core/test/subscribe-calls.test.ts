import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { CallSummary } from '../src/call-summary';
import { type CallListener, callContext, type SeenCall, subscribeCalls } from '../src/index';
import { wrapClient } from '../src/wrap';
import { createFakeClient, provider } from './fake-sdk';

const RESULT = { end: 'stop', usage: { input: 3, output: 5 }, cost: 0.25 };

/** Subscribes for one test, and keeps what was told. */
async function listening(run: (told: { begun: SeenCall[]; over: [CallSummary, SeenCall][] }) => Promise<void>) {
  const begun: SeenCall[] = [];
  const over: [CallSummary, SeenCall][] = [];
  const stop = subscribeCalls({
    began: (call) => void begun.push(call),
    ended: (summary, call) => void over.push([summary, call]),
  });
  try {
    await run({ begun, over });
  } finally {
    stop();
  }
}

describe('subscribeCalls', () => {
  it('hears of a call of any client when it begins, and once when all of it is recorded', async () => {
    await listening(async ({ begun, over }) => {
      const client = wrapClient(
        createFakeClient(async () => RESULT),
        provider,
      );
      const answer = callContext({ userId: 'ada' }, () => client.chat.create({ model: 'fake-1' }));
      expect(begun).toMatchObject([{ model: 'fake-1', values: { userId: 'ada' } }]);
      expect(begun[0]?.watch.client).toBe(client);
      await answer;
      await vi.waitFor(() => expect(over).toHaveLength(1));
      expect(over[0]?.[0]).toMatchObject({ outcome: 'ok', cost: { usd: 0.25 }, usage: RESULT.usage });
      expect(over[0]?.[1]).toBe(begun[0]);
    });
  });

  it('leaves calls and other listeners alone when it throws, and hears nothing once it has left', async () => {
    const wrong: CallListener = {
      began: () => {
        throw new Error('a listener');
      },
    };
    const stop = subscribeCalls(wrong);
    await listening(async ({ begun, over }) => {
      const client = wrapClient(
        createFakeClient(async () => RESULT),
        provider,
      );
      expect(await client.chat.create({ model: 'fake-1' })).toBe(RESULT);
      expect(begun).toHaveLength(1);
      stop();
      await client.chat.create({ model: 'fake-1' });
      await vi.waitFor(() => expect(over).toHaveLength(2));
    });
    const listener = { began: vi.fn(), ended: vi.fn() };
    subscribeCalls(listener)();
    await wrapClient(
      createFakeClient(async () => RESULT),
      provider,
    ).chat.create({ model: 'fake-1' });
    await turn();
    expect([listener.began.mock.calls, listener.ended.mock.calls]).toEqual([[], []]);
  });
});

describe('a wrap that yields', () => {
  it('gives way to the next, and that to none', async () => {
    const told: string[] = [];
    const client = createFakeClient(async () => RESULT);
    const wrap = (name: string, yields?: boolean) =>
      wrapClient(client, provider, { onCall: () => void told.push(name), ...(yields && { yields }) });
    wrap('first', true);
    wrap('second', true);
    wrap('third');
    wrap('fourth');
    wrap('fifth', true);
    await client.chat.create({ model: 'fake-1' });
    await vi.waitFor(() => expect(told).toEqual(['third']));
  });
});
