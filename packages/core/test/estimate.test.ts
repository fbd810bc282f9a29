import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inputOf, MOST_UNITS, outputOf, type Said } from '../src/estimate/texts';

const TOKENIZER = 'gpt-tokenizer/encoding/o200k_base';
const of = (...texts: string[]): Said => ({ texts, frame: 0, omitted: 0 });

/** Loads what counts, with a tokenizer of a token per unit that keeps what it was given. */
async function counting(countTokens: (text: string) => number = (text) => text.length) {
  const pieces: string[] = [];
  vi.doMock(TOKENIZER, () => ({
    countTokens(text: string) {
      pieces.push(text);
      return countTokens(text);
    },
  }));
  const { countLater } = await import('../src/estimate/count');
  const count = (...sides: Said[]) => new Promise<readonly number[]>((resolve) => countLater(sides, resolve));
  return { countLater, count, pieces };
}

beforeEach(() => {
  vi.resetModules();
});

afterEach(() => {
  vi.doUnmock(TOKENIZER);
  diag.disable();
});

describe('counting later', () => {
  it('counts each side, in the order in which calls came', async () => {
    const { countLater } = await counting();
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      for (let call = 1; call <= 5; call++) {
        countLater([of('a'.repeat(call)), of('b')], (tokens) => {
          seen.push(tokens);
          if (call === 5) resolve();
        });
      }
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
      [5, 1],
    ]);
  });

  it('hands the tokenizer short pieces that begin with words, and all of the text', async () => {
    const { count, pieces } = await counting();
    const texts = [
      'words of several lengths '.repeat(200),
      'x'.repeat(5000),
      '\u{1F600}'.repeat(1000),
      ' '.repeat(2000),
    ];
    expect(await count(of(...texts))).toEqual([texts.join('').length]);
    expect(pieces.join('')).toBe(texts.join(''));
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(512);
    expect(pieces.slice(1, 9).every((piece) => /^ \w/.test(piece))).toBe(true);
    const broken = /(?<![\ud800-\udbff])[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])/;
    expect(pieces.filter((piece) => broken.test(piece))).toEqual([]);
  });

  it('lets others have their turn between pieces', async () => {
    const busy = (text: string): number => {
      const end = performance.now() + 3;
      while (performance.now() < end);
      return text.length;
    };
    const { count, pieces } = await counting(busy);
    const turns: number[] = [];
    const timer = setInterval(() => turns.push(pieces.length));
    expect(await count(of('x'.repeat(512 * 10)))).toEqual([5120]);
    clearInterval(timer);
    // Each piece takes a slice of its own.
    expect(new Set(turns).size).toBeGreaterThanOrEqual(8);
  });

  it('scales what it counted to what was not kept', async () => {
    const { count } = await counting((text) => text.length / 4);
    expect(await count({ texts: ['x'.repeat(400)], frame: 7, omitted: 400 })).toEqual([207]);
    expect(await count({ texts: [], frame: 7, omitted: 0 }, of())).toEqual([7, 0]);
  });

  it('drops what comes faster than it can be counted, and says so once', async () => {
    const warn = vi.fn();
    diag.setLogger({ warn, error: warn, info() {}, debug() {}, verbose() {} }, { suppressOverrideMessage: true });
    const { countLater } = await counting();
    let taken = 0;
    for (let call = 0; call < 1000; call++) countLater([of('x')], () => (taken += 1));
    const long = 'x'.repeat(MOST_UNITS);
    await expect.poll(() => taken).toBe(200);
    for (let call = 0; call < 100; call++) countLater([of(long)], () => {});
    expect(warn.mock.calls.map(([line]) => line)).toEqual([expect.stringContaining('faster than')]);
  });

  it('goes on after a text that the tokenizer fails on', async () => {
    const { countLater, count } = await counting((text) => {
      if (text === 'bad') throw new Error('bad');
      return 1;
    });
    const lost = vi.fn();
    countLater([of('bad')], lost);
    expect(await count(of('good'))).toEqual([1]);
    expect(lost).not.toHaveBeenCalled();
  });

  it('says once that the tokenizer is missing, and keeps nothing', async () => {
    const warn = vi.fn();
    diag.setLogger({ warn, error: warn, info() {}, debug() {}, verbose() {} }, { suppressOverrideMessage: true });
    vi.doMock(TOKENIZER, () => {
      throw new Error('Cannot find package');
    });
    const { countLater } = await import('../src/estimate/count');
    const take = vi.fn();
    countLater([of('x')], take);
    await expect.poll(() => warn.mock.calls.length).toBe(1);
    countLater([of('x')], take);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(warn.mock.calls[0]?.[0]).toContain('install it');
    expect(warn).toHaveBeenCalledTimes(1);
    expect(take).not.toHaveBeenCalled();
  });
});

describe('what a call said', () => {
  const text = (content: string) => ({ type: 'text' as const, content });
  const user = (...parts: ReturnType<typeof text>[]) => ({ role: 'user', parts });

  it('are the texts of its messages, with a frame around each in a chat', () => {
    const content = {
      systemInstructions: [text('be brief')],
      inputMessages: [user(text('a'), text('b')), user(text('c'))],
    };
    expect(inputOf(content, true)).toEqual({ texts: ['be brief', 'a', 'b', 'c'], frame: 3 * 4 + 3, omitted: 0 });
    expect(inputOf(content, false)).toMatchObject({ frame: 0 });
    expect(inputOf({}, false)).toEqual({ texts: [], frame: 0, omitted: 0 });
  });

  it('has tools, their calls and what came of them, and no media', () => {
    const call = { type: 'tool_call' as const, name: 'f', arguments: { a: 1 } };
    const response = { type: 'tool_call_response' as const, response: { b: 2 } };
    const media = { type: 'blob' as const, modality: 'image', content: '' };
    const toolDefinitions = [{ type: 'function', name: 'f' }];
    const message = { role: 'tool', parts: [call, response, media] };
    const { texts, frame } = inputOf({ inputMessages: [message], toolDefinitions }, true);
    expect(texts).toEqual(['f', '{"a":1}', '{"b":2}', '{"type":"function","name":"f"}']);
    expect(frame).toBe(8 + 4 + 3);
    expect(outputOf([message]).frame).toBe(8);
  });

  it('is bounded: what is beyond is only measured', () => {
    const long = user(text('x'.repeat(MOST_UNITS - 1)), text('yyy'), text('zz'));
    const { texts, omitted } = inputOf({ inputMessages: [long] }, true);
    expect(texts.map(({ length }) => length)).toEqual([MOST_UNITS - 1, 1]);
    expect(omitted).toBe(4);
    expect(outputOf([long], 10).omitted).toBe(14);
  });
});
