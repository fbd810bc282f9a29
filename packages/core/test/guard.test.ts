import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withRejections } from '../../testing/src/conformance/rejections.ts';

let told: unknown[][];
let guard: typeof import('../src/guard');

// Each test has a copy of its own: a line is told once per process.
beforeEach(async () => {
  vi.resetModules();
  guard = await import('../src/guard');
  told = [];
  const warn = (...line: unknown[]): void => void told.push(line);
  diag.setLogger({ error: warn, warn, info: warn, debug: warn, verbose: warn }, { suppressOverrideMessage: true });
});

afterEach(() => diag.disable());

describe('a warning', () => {
  it('says which package it is from, and is told once', () => {
    for (const detail of [1, 2]) guard.warnOnce('openai', 'something is odd', detail);
    guard.warnOnce('openai', 'something else is odd');
    expect(told).toEqual([
      ['@grump/llm-otel-openai: something is odd', 1],
      ['@grump/llm-otel-openai: something else is odd'],
    ]);
  });

  it('does not fail where the logger does', () => {
    const fail = (): never => {
      throw new Error('the disk is full');
    };
    diag.setLogger(
      { error: fail, warn: fail, info: fail, debug: fail, verbose: fail },
      { suppressOverrideMessage: true },
    );
    expect(() => guard.warnOnce('core', 'something is odd')).not.toThrow();
  });
});

describe('a fault', () => {
  it('gives nothing instead of the result, and is told once for each part', () => {
    const fault = new Error('a fault');
    const fail = (): never => {
      throw fault;
    };
    expect([guard.quietly('a chunk', fail), guard.quietly('a chunk', fail), guard.quietly('a result', fail)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(told).toEqual([
      ['@grump/llm-otel-core: a chunk failed and was left out; please report this', fault],
      ['@grump/llm-otel-core: a result failed and was left out; please report this', fault],
    ]);
  });

  it('that did not happen is not told of', () => {
    expect(guard.quietly('a chunk', () => 5)).toBe(5);
    expect(told).toEqual([]);
  });
});

describe('what a function of the user gives', () => {
  // biome-ignore lint/suspicious/noThenProperty: a then that is no method makes no promise.
  it.each([5, 'text', null, undefined, { then: 'soon' }])('goes on as it is: %o', (value) => {
    expect(guard.absorb('the function', value)).toBe(value);
    expect(told).toEqual([]);
  });

  it.each([
    ['a promise', () => Promise.resolve(5)],
    ['a promise that fails', () => Promise.reject(new Error('later'))],
  ])('is nothing if it is %s, which is told once', async (_, make) => {
    const { result, rejections } = await withRejections(async () => [
      guard.absorb('the function', make()),
      guard.absorb('the function', make()),
    ]);
    expect(result).toEqual([undefined, undefined]);
    expect(rejections).toEqual([]);
    expect(told).toEqual([
      ['@grump/llm-otel-core: the function gave a promise, which is not waited for; give the value itself'],
    ]);
  });
});
