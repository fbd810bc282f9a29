import { expect, it } from 'vitest';
import { secondsPerOutputToken } from '../src/stream-speed';
import { StreamTimes } from '../src/stream-times';

const between = (firstToken: number, lastToken: number): StreamTimes =>
  Object.assign(new StreamTimes(), { firstToken, lastToken });

it('is the time from the first token to the last over the tokens after the first, unlisted ones among them', () => {
  const times = between(1_000_000, 3_000_000);
  expect(secondsPerOutputToken(times, { output: 5 })).toBe(0.5);
  expect(secondsPerOutputToken(times, { output: 3, unlisted: 2 })).toBe(0.5);
  expect(secondsPerOutputToken(times, { unlisted: 3 })).toBe(1);
});

it('is unknown with less than two tokens, without usage, and where no time passed', () => {
  for (const usage of [undefined, {}, { output: 0 }, { output: 1 }, { unlisted: 1 }]) {
    expect(secondsPerOutputToken(between(1_000_000, 3_000_000), usage)).toBeUndefined();
  }
  expect(secondsPerOutputToken(between(1_000_000, 1_000_000), { output: 9 })).toBeUndefined();
  expect(secondsPerOutputToken(new StreamTimes(), { output: 9 })).toBeUndefined();
});
