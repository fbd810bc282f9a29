import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cap, retreatTexts } from '../src/content/cap';
import { jsonLength, TextBudget } from '../src/content/text';

const bytesOf = (value: unknown): number =>
  Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
const message = (content: string) => ({ role: 'user', parts: [{ type: 'text', content }] });
const omission = (count: number) => ({ role: 'truncated', parts: [{ type: 'text', content: `${count} left out` }] });
const textOf = (list: readonly unknown[] | undefined, index = 0): string =>
  (list as ReturnType<typeof message>[])[index]!.parts[0]!.content;
const MARK = /^([\s\S]*)…\[truncated (\d+) bytes\]$/;

describe('the cap of an attribute', () => {
  it('leaves what fits as it is', () => {
    const list = [message('Hello')];
    expect(cap(list, bytesOf(list), omission)).toBe(list);
    expect(cap(list, bytesOf(list) - 1, omission)).not.toBe(list);
  });

  it.each([
    ['one byte each', 'x'],
    ['two bytes each', 'é'],
    ['three bytes each', '漢'],
    ['four bytes each', '😀'],
    ['escapes in JSON', '"'],
    ['control characters', '\u0001'],
    ['lone surrogates', '\ud83d'],
  ])('holds for characters of %s, and halves none', (_, character) => {
    const text = character.repeat(5000);
    const list = [message(text)];
    const capped = cap(list, 1000, omission);
    expect(bytesOf(capped)).toBeLessThanOrEqual(1000);
    expect(bytesOf(capped)).toBeGreaterThan(900);
    const [, kept, omitted] = MARK.exec(textOf(capped))!;
    expect(text.startsWith(kept!)).toBe(true);
    expect(kept!.length % character.length).toBe(0);
    expect(Number(omitted)).toBe(bytesOf(text) - bytesOf(kept!));
    expect(JSON.parse(JSON.stringify(capped))).toEqual(capped);
  });

  it.each([...'\b\t\n\v\f\r "\\/~\u007f\u0080\u07ff\u0800\ud7ff\ud800\udfff\ue000\uffff', '\u{10000}', '\u{10ffff}'])(
    'counts %j as JSON writes it',
    (character) => {
      for (const text of [character, `a${character}b`, character.repeat(3)]) {
        const bytes = bytesOf(JSON.stringify(text)) - 2;
        expect(jsonLength(text, Number.POSITIVE_INFINITY)).toBe(bytes);
        expect(jsonLength(text, bytes)).toBe(bytes);
        expect(jsonLength(text, bytes - 1)).toBe(bytes);
      }
    },
  );

  it('leaves a text that is as long as the others may be', () => {
    const [first, second] = cap(['a'.repeat(200), 'b'.repeat(1000)], 407, omission) as [string, string];
    expect(first).toBe('a'.repeat(200));
    expect(second).toMatch(MARK);
  });

  it('cuts a text as long as 96 bytes of it may stay', () => {
    expect(cap(['x'.repeat(500)], 100, omission)).toEqual([expect.stringMatching(MARK)]);
    expect(cap(['x'.repeat(500)], 99, omission)).toEqual([omission(1)]);
  });

  it('cuts the longest texts, all to one length, and leaves the others', () => {
    const capped = cap([message('short'), message('a'.repeat(9000)), message('b'.repeat(5000))], 2000, omission);
    expect(textOf(capped)).toBe('short');
    expect(textOf(capped, 1)).toHaveLength(textOf(capped, 2).length);
    expect(bytesOf(capped)).toBeGreaterThan(1900);
  });

  it('cuts texts deep inside, and leaves roles, types and ids', () => {
    const call = {
      type: 'tool_call',
      id: 'call_1',
      name: 'save',
      arguments: { files: [{ body: 'x'.repeat(5000), lines: 5, binary: false, owner: null }] },
    };
    const capped = cap([{ role: 'assistant', parts: [call] }], 600, omission);
    expect(capped).toMatchObject([{ role: 'assistant', parts: [{ type: 'tool_call', id: 'call_1', name: 'save' }] }]);
    expect(JSON.stringify(capped)).toMatch(/"body":"x+…\[truncated \d+ bytes\]","lines":5,"binary":false,"owner":null/);
  });

  it('drops the oldest entries when cutting texts is not enough', () => {
    const list = Array.from({ length: 500 }, (_, index) => message(`message ${index}`));
    const capped = cap(list, 2000, omission)!;
    expect(bytesOf(capped)).toBeLessThanOrEqual(2000);
    expect(capped.at(-1)).toEqual(list.at(-1));
    expect(textOf(capped)).toBe(`${500 - (capped.length - 1)} left out`);
  });

  it('gives nothing when not even a mark fits', () => {
    expect(cap([message('x'.repeat(100))], 20, omission)).toBeUndefined();
  });

  it('counts what two cuts took in one mark', () => {
    const once = cap([message('x'.repeat(5000))], 1000, omission)!;
    const twice = cap(once, 500, omission);
    const [, kept, omitted] = MARK.exec(textOf(twice))!;
    expect(kept).toMatch(/^x+$/);
    expect(kept!.length + Number(omitted)).toBe(5000);
  });

  it('holds for any plain data', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary', minLength: 200, maxLength: 600 }),
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        texts,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(fc.string(), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(fc.array(value), fc.integer({ min: 1, max: 3000 }), (list, maxBytes) => {
        const capped = cap(list, maxBytes, omission);
        if (bytesOf(list) <= maxBytes) expect(capped).toBe(list);
        else if (capped !== undefined) expect(bytesOf(capped)).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });
});

describe('the text of a stream', () => {
  it('is kept whole below the budget', () => {
    const text = new TextBudget(10).text();
    for (const piece of ['Grüße', '', '!']) text.add(piece);
    expect(text.value()).toBe('Grüße!');
  });

  it('is none when nothing came', () => {
    const text = new TextBudget(10).text();
    text.add('');
    expect(text.value()).toBeUndefined();
  });

  it('stops at a whole character, and says how much is missing', () => {
    const text = new TextBudget(5).text();
    for (const piece of ['漢', '字', 'abc']) text.add(piece);
    expect(text.value()).toBe('漢…[truncated 6 bytes]');
  });

  it('shares the budget with the other texts of its call', () => {
    const budget = new TextBudget(6);
    const [reasoning, answer] = [budget.text(), budget.text()];
    reasoning.add('abcd');
    answer.add('efgh');
    expect([reasoning.value(), answer.value()]).toEqual(['abcd', 'ef…[truncated 2 bytes]']);
    expect(budget.left).toBe(0);
  });

  it('keeps no more than the budget, whatever comes', () => {
    const budget = new TextBudget(100);
    const texts = Array.from({ length: 10 }, () => budget.text());
    for (let round = 0; round < 1000; round++) for (const text of texts) text.add('é');
    const kept = texts.map((text) => text.value()!.replace(MARK, '$1')).join('');
    expect(bytesOf(kept)).toBe(100);
  });

  it('loses the end that the redactor may have seen half of', () => {
    const text = new TextBudget(1000).text();
    text.add('😀'.repeat(500));
    const [cut] = retreatTexts([text.value(), 'whole']) as [string];
    const [, kept, omitted] = MARK.exec(cut)!;
    expect(kept).toBe('😀'.repeat(122));
    expect(Number(omitted)).toBe(2000 - 122 * 4);
    expect(retreatTexts(['whole'])).toEqual(['whole']);
  });

  it.each([
    ['a pair of surrogates', '😀', 'x'],
    ['the last character that is none', '\uffff', ''],
  ])('loses no half of a character then (%s)', (_, character, rest) => {
    const [cut] = retreatTexts([`${character.repeat(500)}${rest}…[truncated 7 bytes]`]) as [string];
    const [, kept, omitted] = MARK.exec(cut)!;
    const count = Math.floor((character.length * 500 + rest.length - 256) / character.length);
    expect(kept).toBe(character.repeat(count));
    expect(Number(omitted)).toBe(7 + bytesOf(character) * (500 - count) + rest.length);
  });

  it('of few characters loses them all', () => {
    expect(retreatTexts(['short…[truncated 7 bytes]'])).toEqual(['…[truncated 12 bytes]']);
  });
});
