import { expect, it } from 'vitest';
import { own, ownNumber, ownString } from '../src/own';

it('reads plain data, and never runs a getter or a prototype', () => {
  let ran = 0;
  const object = {
    plain: 'text',
    get computed() {
      ran += 1;
      return 'computed';
    },
  };
  expect(own(object, 'plain')).toBe('text');
  expect(own(object, 'computed')).toBeUndefined();
  expect(own(Object.create({ inherited: 1 }), 'inherited')).toBeUndefined();
  expect(ran).toBe(0);
});

it('reads objects only', () => {
  expect(own('text', 'length')).toBeUndefined();
  expect(own(() => 1, 'name')).toBeUndefined();
  expect(own(undefined, 'a')).toBeUndefined();
});

it('reads only what has the type', () => {
  expect(ownString({ a: '' }, 'a')).toBeUndefined();
  expect(ownString({ a: 5 }, 'a')).toBeUndefined();
  expect(ownNumber({ a: Number.NaN }, 'a')).toBeUndefined();
  expect(ownNumber({ a: '5' }, 'a')).toBeUndefined();
  expect(ownNumber(null, 'a')).toBeUndefined();
  expect(ownNumber({ a: 0 }, 'a')).toBe(0);
});
