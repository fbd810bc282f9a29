import { describe, expect, it } from 'vitest';
import { errorMessage, errorType, isAbort } from '../src/errors';

class RateLimitError extends Error {
  status = 429;
}
class APIUserAbortError extends Error {}
class APIConnectionTimeoutError extends Error {}

describe('errorType', () => {
  it.each<[string, unknown, string]>([
    ['an HTTP status', new RateLimitError('slow down'), '429'],
    ['a number in code, as servers put it in an error inside a stream', { code: 422, message: 'x' }, '422'],
    ['a system error under a connection error', new Error('x', { cause: { code: 'ECONNRESET' } }), 'ECONNRESET'],
    ["a server's code in plain data", { code: 'rate_limit_exceeded' }, 'rate_limit_exceeded'],
    ["a server's code beside a class", Object.assign(new TypeError('x'), { code: 'tool_use_failed' }), 'TypeError'],
    ['a status beside a code', Object.assign(new RateLimitError(), { code: 'insufficient_quota' }), '429'],
    ['a class name', new APIUserAbortError(), 'APIUserAbortError'],
    ['a code that is free text', Object.assign(new TypeError('x'), { code: 'your key sk-123' }), 'TypeError'],
    ['a class name of junk', Object.assign(Object.create(null), {}), '_OTHER'],
    ['no object', 'boom', '_OTHER'],
    ['nothing', undefined, '_OTHER'],
    ['a status out of range', { status: 12, constructor: { name: 'Odd' } }, 'Odd'],
  ])('of %s', (_, error, expected) => {
    expect(errorType(error)).toBe(expected);
  });

  it('is bounded', () => {
    const types = new Set<string>();
    for (let junk = 0; junk < 1000; junk++) types.add(errorType({ constructor: { name: `Junk${junk}` } }));
    expect(types.size).toBeLessThanOrEqual(101);
    expect(types).toContain('_OTHER');
  });
});

it('a signal or a timeout is an abort, another error is not', () => {
  expect(isAbort(new APIUserAbortError())).toBe(true);
  expect(isAbort(new APIConnectionTimeoutError())).toBe(true);
  expect(isAbort(new DOMException('x', 'AbortError'))).toBe(true);
  expect(isAbort(new RateLimitError())).toBe(false);
  expect(isAbort(undefined)).toBe(false);
});

it('a message is cut, and is nothing but a message', () => {
  expect(errorMessage(new Error('x'.repeat(5000)))).toHaveLength(1024);
  expect(errorMessage('text')).toBe('text');
  expect(errorMessage({ message: 5 })).toBeUndefined();
});
