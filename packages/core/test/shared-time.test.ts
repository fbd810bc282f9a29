import './fake-timers';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { perGpuHour } from '../src/prices/per-gpu-hour';
import type { PricedCall, Pricing } from '../src/pricing';
import { wrapClient } from '../src/wrap';
import { createFakeClient, FakeStream, provider } from './fake-sdk';
import { useTelemetry } from './measure';

/** When a call begins and ends, in milliseconds. */
type Interval = readonly [start: number, end: number];

const ANSWER = { end: 'stop', usage: { input: 1, output: 1 } };
const until = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

interface Played {
  readonly pricing: Pricing;
  readonly baseURL?: string;
  readonly answer?: () => unknown;
}

/** Makes the calls, each by a client of its own as some applications do, and waits until all are over. */
async function play(intervals: readonly Interval[], use: (index: number) => Played): Promise<void> {
  const { meterProvider } = useTelemetry();
  const calls = intervals.map(async ([start, end], index) => {
    const { pricing, baseURL = 'http://gpu-1:8000/v1', answer = () => ANSWER } = use(index);
    const descriptor = { ...provider, destination: () => ({ provider: 'nvidia-nim', baseURL }) };
    const client = createFakeClient(() => until(end - start).then(answer));
    wrapClient(client, descriptor, { pricing, meterProvider });
    await until(start);
    await client.chat.create({ model: String(index) }).catch(() => {});
  });
  await vi.advanceTimersByTimeAsync(10_000);
  await Promise.all(calls);
}

/** A pricing function that notes what it is told, by model. */
function note(): { readonly pricing: Pricing; readonly seen: Record<string, PricedCall> } {
  const seen: Record<string, PricedCall> = {};
  return {
    seen,
    pricing: (model, _usage, call) => {
      seen[model] = call;
      return 0;
    },
  };
}

const shares = (seen: Record<string, PricedCall>): number[] => Object.values(seen).map((call) => call.sharedSeconds);

function expectShares(seen: Record<string, PricedCall>, seconds: readonly number[]): void {
  for (const [index, expected] of seconds.entries()) expect(seen[index]!.sharedSeconds).toBeCloseTo(expected, 6);
}

/** The shares by the definition, millisecond by millisecond. */
function sharesOf(intervals: readonly Interval[]): number[] {
  const found = intervals.map(() => 0);
  for (let time = 0; time < 1000; time++) {
    const going = intervals.flatMap(([start, end], index) => (start <= time && time < end ? [index] : []));
    for (const index of going) found[index]! += 1 / going.length / 1000;
  }
  return found;
}

describe('the shared time of a call', () => {
  it.each<[string, Interval[], number[]]>([
    ['alone is its duration', [[0, 300]], [0.3]],
    [
      'one after the other is their duration',
      [
        [0, 300],
        [300, 400],
      ],
      [0.3, 0.1],
    ],
    [
      'together is half of it',
      [
        [0, 300],
        [0, 300],
      ],
      [0.15, 0.15],
    ],
    [
      'inside another is halved, and the other’s there too',
      [
        [0, 300],
        [100, 200],
      ],
      [0.25, 0.05],
    ],
    [
      'in a chain changes with those beside it',
      [
        [0, 200],
        [100, 300],
        [250, 400],
      ],
      [0.15, 0.125, 0.125],
    ],
  ])('%s', async (_, intervals, expected) => {
    const { pricing, seen } = note();
    await play(intervals, () => ({ pricing }));
    expectShares(seen, expected);
  });

  it('adds up to the time in which at least one was in flight', async () => {
    const millis = fc.integer({ min: 1, max: 400 });
    const interval = fc.tuple(millis, millis).map(([start, lasts]): Interval => [start, start + lasts]);
    await fc.assert(
      fc.asyncProperty(fc.array(interval, { minLength: 1, maxLength: 12 }), async (intervals) => {
        const { pricing, seen } = note();
        await play(intervals, () => ({ pricing }));
        expectShares(seen, sharesOf(intervals));
        for (const { sharedSeconds, durationSeconds } of Object.values(seen)) {
          expect(sharedSeconds).toBeLessThanOrEqual(durationSeconds);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('counts every call of the function, with usage or without, failed or not', async () => {
    const { pricing, seen } = note();
    const answers = [() => ({ end: 'stop' }), () => Promise.reject(new Error('no')), () => ANSWER];
    await play(
      [
        [0, 300],
        [0, 300],
        [0, 300],
      ],
      (index) => ({ pricing, answer: answers[index]! }),
    );
    expect(Object.keys(seen)).toEqual(['2']);
    expect(shares(seen)).toEqual([expect.closeTo(0.1, 6)]);
  });

  it('is not shared with calls to another server, nor with those of another function', async () => {
    const [first, second] = [note(), note()];
    await play(
      [
        [0, 300],
        [0, 300],
        [0, 300],
      ],
      (index) => ({
        pricing: [first, first, second][index]!.pricing,
        baseURL: ['http://gpu-1:8000/v1', 'http://gpu-2:8000/v1', 'http://gpu-1:8000/v1'][index]!,
      }),
    );
    expect([...shares(first.seen), ...shares(second.seen)]).toEqual(
      [0.3, 0.3, 0.3].map((one) => expect.closeTo(one, 6)),
    );
  });

  it('of a dropped stream ends with what was last heard of it', async () => {
    const { pricing, seen } = note();
    const { meterProvider } = useTelemetry();
    async function* hang() {
      yield ANSWER;
      yield ANSWER;
    }
    const client = createFakeClient(async () => new FakeStream(hang));
    wrapClient(client, provider, { pricing, meterProvider, streamIdleTimeoutMillis: 1000 });
    const stream = await client.chat.create({ model: 'dropped' });
    await vi.advanceTimersByTimeAsync(100);
    await stream.iterator().next();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(seen.dropped).toMatchObject({ durationSeconds: 0.1, sharedSeconds: 0.1 });
  });
});

describe('a price per GPU and hour', () => {
  it('is charged for the time in which the server worked, whatever the outcome and without usage', async () => {
    const telemetry = useTelemetry();
    const pricing = perGpuHour({ usd: 3.6, gpus: 4 });
    const answers = [() => ANSWER, () => ({ end: 'stop' }), () => Promise.reject(new Error('no'))];
    const intervals: Interval[] = [
      [0, 2000],
      [1000, 3000],
      [4000, 5000],
    ];
    const calls = intervals.map(async ([start, end], index) => {
      const client = createFakeClient(() => until(end - start).then(answers[index]!));
      wrapClient(client, provider, { pricing, meterProvider: telemetry.meterProvider });
      await until(start);
      await client.chat.create({ model: 'own' }).catch(() => {});
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await Promise.all(calls);
    const costs = (await telemetry.metrics()).filter(({ name }) => name === 'llm_cost_total');
    expect(costs.map(({ attributes }) => attributes)).toEqual([{ provider: 'fake', model: 'own', source: 'user' }]);
    expect(await telemetry.total('llm_cost_total')).toBeCloseTo((4 / 3600) * 3.6 * 4, 9);
    expect(await telemetry.total('llm_unpriced_requests_total')).toBe(0);
  });

  const call = { provider: 'x', operation: 'chat', responseModel: 'x', durationSeconds: 9, sharedSeconds: 1800 };

  it('is of one GPU unless told otherwise', () => {
    expect(perGpuHour({ usd: 2 })('x', {}, call)).toBe(1);
    expect(perGpuHour({ usd: 2, gpus: 0.5 })('x', {}, call)).toBe(0.5);
    expect(perGpuHour({ usd: 0 })('x', {}, call)).toBe(0);
  });

  it.each([
    [undefined, 'usd is undefined'],
    [{}, 'usd is undefined'],
    [{ usd: '2' }, 'usd is 2'],
    [{ usd: -1 }, 'usd is -1'],
    [{ usd: Number.NaN }, 'usd is NaN'],
    [{ usd: Number.POSITIVE_INFINITY }, 'usd is Infinity'],
    [{ usd: 2, gpus: 0 }, 'gpus is 0'],
    [{ usd: 2, gpus: '8' }, 'gpus is 8'],
    [{ usd: 2, gpus: null }, 'gpus is null'],
  ])('%j is refused, with what it must be', (wrong, message) => {
    expect(() => perGpuHour(wrong as never)).toThrow(TypeError);
    expect(() => perGpuHour(wrong as never)).toThrow(message);
  });
});
