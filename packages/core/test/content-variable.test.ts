import { afterEach, expect, it, vi } from 'vitest';
import { VARIABLE, variable } from '../src/content/variable';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

/** Reads the variable where the process is this; the test runner needs its own at once again. */
function readWith(process: unknown): string | undefined {
  vi.stubGlobal('process', process);
  try {
    return variable();
  } finally {
    vi.unstubAllGlobals();
  }
}

it('the variable is read from the environment', () => {
  vi.stubEnv(VARIABLE, 'SPAN_ONLY');
  expect(variable()).toBe('SPAN_ONLY');
});

it.each([
  ['no process', undefined],
  ['a process without an environment', {}],
  ['an environment without it', { env: {} }],
])('it is not set where there is %s', (_, process) => {
  expect(readWith(process)).toBeUndefined();
});

it('it is not set where the environment may not be read', () => {
  const env = new Proxy(
    {},
    {
      get: () => {
        throw new Error('Requires env access');
      },
    },
  );
  expect(readWith({ env })).toBeUndefined();
});
