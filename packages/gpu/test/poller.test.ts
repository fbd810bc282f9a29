import { expect, onTestFinished, test, vi } from 'vitest';
import type { Transport } from '../src/isolation/transport';
import { Poller, type PollerSettings } from '../src/poller';
import type { Reading } from '../src/session';

const up: Reading = {
  seconds: 0,
  sources: [
    {
      source: 'nvml',
      state: 'up',
      errors: {},
      devices: [{ index: '0', uuid: 'a', name: 'b', vendor: 'c', state: 'ok', values: {} }],
    },
  ],
};

interface FakeTransport extends Transport {
  gone: boolean;
  killed: boolean;
}

/** Helpers that answer with what `answer` gives, and that only end when the test lets them. */
function setUp(answer: () => Promise<Reading>, settings: Partial<PollerSettings> = {}) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const helpers: FakeTransport[] = [];
  const states: string[] = [];
  const start = () => {
    const helper: FakeTransport = {
      gone: false,
      killed: false,
      poll: answer,
      kill() {
        helper.killed = true;
      },
    };
    helpers.push(helper);
    return helper;
  };
  const poller = new Poller({
    intervalMillis: 10_000,
    timeoutMillis: 5000,
    probe: () => true,
    start,
    onState: (state) => states.push(state),
    ...settings,
  });
  onTestFinished(() => poller.stop());
  return { poller, helpers, states };
}

const forever = () => new Promise<never>(() => {});

test('a helper that the kernel holds on to is never joined by a second one', async () => {
  const { poller, helpers } = setUp(forever);
  void poller.start();
  await vi.advanceTimersByTimeAsync(14_999);
  expect(poller.state).toBe('starting');
  await vi.advanceTimersByTimeAsync(1);
  expect(poller.state).toBe('down');
  expect(helpers.map(({ killed }) => killed)).toEqual([true]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(helpers.length).toBe(1);
  (helpers[0] as FakeTransport).gone = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(helpers.length).toBe(2);
});

test('helpers are started again after ever longer waits, a minute at most', async () => {
  const { poller, helpers } = setUp(forever);
  void poller.start();
  for (let seconds = 0; seconds < 3600; seconds++) {
    await vi.advanceTimersByTimeAsync(1000);
    for (const helper of helpers) helper.gone = helper.killed;
  }
  expect(helpers.length).toBeGreaterThan(35);
  expect(helpers.length).toBeLessThan(60);
});

test('a snapshot is good for three intervals and no longer', async () => {
  let answer: () => Promise<Reading> = async () => up;
  const { poller } = setUp(() => answer());
  await poller.start();
  expect(poller.devices().length).toBe(1);
  answer = forever;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(poller.devices().length).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(poller.devices()).toEqual([]);
});

test('without a driver no helper is started, and the machine is looked at once a minute', async () => {
  const probe = vi.fn(() => false);
  const { poller, helpers, states } = setUp(async () => up, { probe });
  await poller.start();
  await vi.advanceTimersByTimeAsync(300_000);
  expect(poller.state).toBe('dormant');
  expect(states).toEqual(['dormant']);
  expect(helpers).toEqual([]);
  expect(probe.mock.calls.length).toBe(6);
});

test('where all sources are dormant the helper goes, and what came late of an old one is not taken', async () => {
  const none: Reading = {
    seconds: 0,
    sources: [{ source: 'nvml', state: 'dormant', reason: 'no', errors: {}, devices: [] }],
  };
  const { poller, helpers } = setUp(async () => none);
  await poller.start();
  expect(poller).toMatchObject({ state: 'dormant', reason: 'nvml: no' });
  expect(helpers[0]?.killed).toBe(true);
});
