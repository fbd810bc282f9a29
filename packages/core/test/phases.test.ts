import { describe, expect, it } from 'vitest';

import { placePhases } from '../src/server/phases';
import type { ServerTimes } from '../src/server/times';

/** A call from 1,000 ms to `end`, its first token at `first`. */
const place = (end: number, first: number | undefined, times: ServerTimes) =>
  placePhases(since(end), first && since(first), times).map((phase) => ({
    ...phase,
    start: 1000 + phase.start / 1000,
    end: 1000 + phase.end / 1000,
  }));
const since = (millis: number): number => (millis - 1000) * 1000;
const TIMES = { queueSeconds: 0.01, prefillSeconds: 0.05, decodeSeconds: 0.1 };

describe('the phases of the server lie', () => {
  it('before and after the first token of a stream', () => {
    expect(place(1200, 1080, TIMES)).toEqual([
      { name: 'queue', start: 1020, end: 1030 },
      { name: 'prefill', start: 1030, end: 1080 },
      { name: 'decode', start: 1080, end: 1180 },
    ]);
  });

  it('at the end of a plain call, since connecting and retries come first', () => {
    expect(place(1200, undefined, TIMES)).toEqual([
      { name: 'queue', start: 1040, end: 1050 },
      { name: 'prefill', start: 1050, end: 1100 },
      { name: 'decode', start: 1100, end: 1200 },
    ]);
  });

  it('earlier where decoding would not end with the call: the first token was held back', () => {
    expect(place(1200, 1190, TIMES)).toMatchObject([{ start: 1040 }, { start: 1050 }, { start: 1100, end: 1200 }]);
  });

  it('inside the call, even if the server counted more', () => {
    expect(place(1050, 1040, TIMES)).toEqual([
      { name: 'queue', start: 1000, end: 1000 },
      { name: 'prefill', start: 1000, end: 1000 },
      { name: 'decode', start: 1000, end: 1050 },
    ]);
  });

  it('side by side, and as long together as the server said', () => {
    const phases = place(1300, 1150, TIMES);
    expect(phases.slice(1).map(({ start }) => start)).toEqual(phases.slice(0, -1).map(({ end }) => end));
    expect(phases.reduce((total, { start, end }) => total + end - start, 0)).toBeCloseTo(160, 9);
  });

  it.each([
    [{ prefillSeconds: 0.05 }, ['prefill']],
    [{ queueSeconds: 0, decodeSeconds: 0.1 }, ['queue', 'decode']],
    [{}, []],
  ])('only where the server told them: %j', (times, names) => {
    expect(place(1200, 1080, times).map(({ name }) => name)).toEqual(names);
  });
});
