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
    ['the first status', { status: 100 }, '100'],
    ['the last status', { status: 599 }, '599'],
    ['a number just below a status', { status: 99, constructor: { name: 'Odd' } }, 'Odd'],
    ['a number just above a status', { status: 600, constructor: { name: 'Odd' } }, 'Odd'],
    ['a number with a fraction', { status: 404.5, constructor: { name: 'Odd' } }, 'Odd'],
    ['a status as text', { status: '404', constructor: { name: 'Odd' } }, 'Odd'],
    ['a status and a code', { status: 503, code: 'ECONNRESET' }, '503'],
    ['a system error', Object.assign(new Error('x'), { code: 'ENOTFOUND' }), 'ENOTFOUND'],
    ['a short system code', { code: 'E2B' }, 'E2B'],
    ['a code that is too short', { code: 'E2', constructor: { name: 'Odd' } }, 'Odd'],
    ['a long system code', { code: `E${'X'.repeat(31)}` }, `E${'X'.repeat(31)}`],
    ['a code that is too long', { code: `E${'X'.repeat(32)}`, constructor: { name: 'Odd' } }, 'Odd'],
    ["a short server's code", { code: 'a_1' }, 'a_1'],
    ["a server's code that is too short", { code: 'a1', constructor: { name: 'Odd' } }, 'Odd'],
    ["a long server's code", { code: 'a'.repeat(64) }, 'a'.repeat(64)],
    ["a server's code that is too long", { code: 'a'.repeat(65), constructor: { name: 'Odd' } }, 'Odd'],
    ["a server's code with more behind it", { code: 'server_error of yours', constructor: { name: 'Odd' } }, 'Odd'],
    ["a server's code with more before it", { code: 'Your server_error', constructor: { name: 'Odd' } }, 'Odd'],
    ["a list with a server's code", { code: ['server_error'], constructor: { name: 'Odd' } }, 'Odd'],
    ["a system error below a server's code", { code: 'server_error', cause: { code: 'EPIPE' } }, 'EPIPE'],
    ['a code with more behind it', { code: 'ECONNRESET at 10.0.0.1', constructor: { name: 'Odd' } }, 'Odd'],
    ['a code with more before it', { code: 'the ECONNRESET', constructor: { name: 'Odd' } }, 'Odd'],
    ['a list with a code', { code: ['ECONNRESET'], constructor: { name: 'Odd' } }, 'Odd'],
    ['a system error three causes below', { cause: { cause: { cause: { code: 'EPIPE' } } } }, 'EPIPE'],
    ['a cause that is no object', { cause: 'ECONNRESET', constructor: { name: 'Odd' } }, 'Odd'],
    ['a cause that is nothing', { cause: null, constructor: { name: 'Odd' } }, 'Odd'],
    ['a system error four causes below', { cause: { cause: { cause: { cause: { code: 'EPIPE' } } } } }, 'Object'],
    ['a class with a name of signs', { constructor: { name: '$Odd_1' } }, '$Odd_1'],
    ['a class with a name of one letter', { constructor: { name: 'X' } }, 'X'],
    ['a class with a long name', { constructor: { name: 'X'.repeat(64) } }, 'X'.repeat(64)],
    ['a class with too long a name', { constructor: { name: 'X'.repeat(65) } }, '_OTHER'],
    ['a class with a name of words', { constructor: { name: 'An Error' } }, '_OTHER'],
    ['a class whose name begins as one does not', { constructor: { name: '1Error' } }, '_OTHER'],
    ['a class whose name is no text', { constructor: { name: ['Error'] } }, '_OTHER'],
    ['a class without a name', new (class extends Error {})(), '_OTHER'],
    ['null', null, '_OTHER'],
  ])('of %s', (_, error, expected) => {
    expect(errorType(error)).toBe(expected);
  });

  it('is bounded', () => {
    const types = new Set<string>();
    for (let junk = 0; junk < 1000; junk++) types.add(errorType({ constructor: { name: `Junk${junk}` } }));
    expect(types.size).toBeLessThanOrEqual(101);
    expect(types).toContain('_OTHER');
    // Those that were there first stay what they are.
    expect(errorType(new RateLimitError())).toBe('429');
  });
});

it('a signal or a timeout is an abort, another error is not', () => {
  expect(isAbort(new APIUserAbortError())).toBe(true);
  expect(isAbort(new APIConnectionTimeoutError())).toBe(true);
  expect(isAbort(new DOMException('x', 'AbortError'))).toBe(true);
  expect(isAbort(new DOMException('x', 'TimeoutError'))).toBe(true);
  expect(isAbort(Object.assign(new Error('x'), { name: 'AbortError' }))).toBe(true);
  expect(isAbort(new RateLimitError())).toBe(false);
  expect(isAbort({ name: ['AbortError'] })).toBe(false);
  expect(isAbort('AbortError')).toBe(false);
  expect(isAbort(Object.create(null))).toBe(false);
  expect(isAbort(undefined)).toBe(false);
  expect(isAbort(null)).toBe(false);
});

it('a message is cut, and is nothing but a message', () => {
  expect(errorMessage(new Error('x'.repeat(5000)))).toHaveLength(1024);
  expect(errorMessage('text')).toBe('text');
  expect(errorMessage({ message: 5 })).toBeUndefined();
  expect(errorMessage(null)).toBeUndefined();
});
