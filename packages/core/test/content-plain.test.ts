import { expect, it } from 'vitest';
import { plain } from '../src/content/plain';

it('copies plain data', () => {
  const value = { text: 'a', list: [1, true, null, { deep: 'b' }], none: null };
  expect(plain(value)).toEqual(value);
  expect(plain(value)).not.toBe(value);
});

it("never runs anyone's code", () => {
  const poisoned = () => {
    throw new Error('must not run');
  };
  class Odd extends Array {
    override keys = poisoned as never;
    override [Symbol.iterator] = poisoned as never;
  }
  const list = Odd.from({ length: 0 }) as unknown[];
  list.push('kept');
  Object.defineProperty(list, '1', { get: poisoned, enumerable: true });
  const value = {
    kept: 'text',
    list,
    get computed() {
      return poisoned();
    },
    toJSON: poisoned,
    toString: poisoned,
    [Symbol.toPrimitive]: poisoned,
  };
  expect(plain(value)).toEqual({ kept: 'text', list: ['kept', null] });
});

it('leaves out what is no data, and what goes round in circles', () => {
  const circle: Record<string, unknown> = { name: 'a' };
  circle.self = circle;
  circle.list = [circle, circle, circle];
  expect(plain(circle)).toEqual({ name: 'a', list: [null, null, null] });
  expect(plain({ bytes: new Uint8Array(4), run: () => 1, symbol: Symbol('s'), none: undefined })).toStrictEqual({});
  expect(plain([Number.NaN, Number.POSITIVE_INFINITY, 5n])).toEqual([null, null, '5']);
});

it('keeps a key that would set a prototype as a key', () => {
  const copy = plain(JSON.parse('{"__proto__":{"polluted":true}}')) as object;
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":true}}');
});

it('ends at a depth', () => {
  let deep: unknown = 'bottom';
  for (let level = 0; level < 10_000; level++) deep = [deep];
  expect(JSON.stringify(plain(deep))).not.toContain('bottom');
});

it('copies 64 levels', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 'bottom' : [nested(levels - 1)]);
  expect(plain(nested(64))).toEqual(nested(64));
  expect(JSON.stringify(plain(nested(65)))).not.toContain('bottom');
});
