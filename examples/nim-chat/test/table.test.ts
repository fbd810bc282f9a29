import { describe, expect, test } from 'vitest';
import type { Row } from '../src/columns.ts';
import { formatCount, formatDollars, formatSeconds } from '../src/format.ts';
import { layOut } from '../src/table.ts';
import { wrapWords } from '../src/wrap-words.ts';

const row: Row = {
  model: 'nvidia/llama-3.3-nemotron-super-49b-v1.5',
  requests: 33,
  inFlight: 2,
  peakInFlight: 4,
  timeToFirstToken: [0.317, 0.837, 2.1],
  interTokenLatency: 0.018,
  tokensPerSecond: 58.4,
  inputTokens: 748,
  outputTokens: 1163,
  cost: 0.00127,
  errors: 4,
};
const plain = (_role: string, text: string): string => text;

describe('the table', () => {
  test('is one line per model where that fits', () => {
    const lines = layOut([row], 120, plain);
    expect(lines).toHaveLength(3);
    expect(lines[2]?.split(/ +/)).toEqual([
      row.model,
      '33',
      '2/4',
      '317ms',
      '837ms',
      '2.10s',
      '18ms',
      '58',
      '748',
      '1163',
      '$0.00127',
      '4',
    ]);
  });

  test('has the name on a line of its own at 80 columns, and the figures below their headings', () => {
    const lines = layOut([row], 80, plain);
    expect(lines).toHaveLength(4);
    expect(lines[2]).toBe(row.model);
    const end = (line: string | undefined, text: string) => (line?.indexOf(text) ?? Number.NaN) + text.length;
    expect(end(lines[3], '837ms')).toBe(end(lines[1], 'p95'));
    expect(end(lines[3], '$0.00127')).toBe(end(lines[1], 'cost'));
  });

  test.each([30, 45, 60, 80, 100, 120, 200])('is never wider than %i', (width) => {
    const lines = layOut([row, { ...row, model: 'all models', requests: 123_456 }], width, plain);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
    expect(lines.join(' ')).toContain('$0.00127');
  });

  test('marks errors', () => {
    const painted = (role: string, text: string) => (role === 'fault' ? `<${text.trim()}>` : text);
    expect(layOut([row], 120, painted).at(-1)).toMatch(/<4>$/);
    expect(layOut([{ ...row, errors: 0 }], 120, painted).at(-1)).not.toContain('<');
  });

  test('shows what is missing', () => {
    const empty = { ...row, cost: undefined, timeToFirstToken: [undefined, undefined, undefined] };
    expect(
      layOut([empty], 120, plain)
        .at(-1)
        ?.split(/ +/)
        .filter((cell) => cell === '-'),
    ).toHaveLength(4);
  });
});

test.each([
  [formatSeconds(0.00424), '4.2ms'],
  [formatSeconds(0.0099), '9.9ms'],
  [formatSeconds(0.00997), '10ms'],
  [formatSeconds(0.9996), '1.00s'],
  [formatSeconds(12.34), '12.3s'],
  [formatCount(99_999), '99999'],
  [formatCount(100_400), '100k'],
  [formatCount(1_240_000), '1.2M'],
  [formatDollars(0.000281), '$0.00028'],
  [formatDollars(12.345), '$12.35'],
])('%s is %s', (text, expected) => {
  expect(text).toBe(expected);
});

test('words are wrapped, and a long one stands alone', () => {
  expect(wrapWords('one two three-and-four five'.split(' '), 9)).toEqual(['one two', 'three-and-four', 'five']);
});
