import { expect, test } from 'vitest';
import { formatBound, formatValue } from '../src/numbers';

/** Expected texts printed by Go's `strconv.FormatFloat(bound, 'g', -1, 64)`. */
test.each([
  [0, '0'],
  [-0, '0'],
  [0.001, '0.001'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0.000012345, '1.2345e-05'],
  [1, '1'],
  [2.5, '2.5'],
  [-2.5, '-2.5'],
  [7680, '7680'],
  [100000, '100000'],
  [123456.789, '123456.789'],
  [1000000, '1e+06'],
  [1048576, '1.048576e+06'],
  [67108864, '6.7108864e+07'],
  [-67108864, '-6.7108864e+07'],
  [1e21, '1e+21'],
  [1.7976931348623157e308, '1.7976931348623157e+308'],
  [5e-324, '5e-324'],
  [Number.POSITIVE_INFINITY, '+Inf'],
])('bound %d is printed as %s', (bound, expected) => {
  expect(formatBound(bound)).toBe(expected);
});

test.each([
  [0, '0'],
  [-0, '-0'],
  [1000000, '1000000'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1e308, '1e+308'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
])('value %d is printed as %s', (value, expected) => {
  expect(formatValue(value)).toBe(expected);
});
