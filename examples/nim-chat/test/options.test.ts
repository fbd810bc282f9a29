import { expect, test } from 'vitest';
import { readOptions, UsageError } from '../src/options.ts';

test('the defaults', () => {
  expect(readOptions([])).toEqual({ keep: false, model: undefined, seconds: 8 });
});

test('every flag', () => {
  const options = readOptions(['--keep', '--model', 'meta/llama-3.1-8b-instruct', '--seconds', '2.5']);
  expect(options).toEqual({ keep: true, model: 'meta/llama-3.1-8b-instruct', seconds: 2.5 });
  expect(readOptions(['-h'])).toBe('help');
});

test.each([
  [['--foo'], "Unknown option '--foo'."],
  [['there'], "Unexpected argument 'there'."],
  [['--seconds'], "Option '--seconds <value>' argument missing."],
  [['--seconds', 'x'], "--seconds is 'x', and must be a number above 0 and up to 86400."],
  [['--seconds='], "--seconds is '', and must be a number above 0 and up to 86400."],
  [['--seconds=0'], "--seconds is '0', and must be a number above 0 and up to 86400."],
  [['--model='], '--model needs the id of a model.'],
])('%j is refused in one sentence', (commandLine, sentence) => {
  expect(() => readOptions(commandLine)).toThrow(new UsageError(sentence));
});
