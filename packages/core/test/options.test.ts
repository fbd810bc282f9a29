import { expect, it } from 'vitest';
import type { WrapOptions } from '../src/options';
import { wrapClient } from '../src/wrap';
import { createFakeClient, provider } from './fake-sdk';

const wrap = (options: object) => () =>
  wrapClient(
    createFakeClient(() => undefined),
    provider,
    options as WrapOptions,
  );

it.each([
  [{ genAi: 'newest' }, 'genAi is newest; it must be one of latest, v1.41, both, off'],
  [{ streamIdleTimeoutMillis: Number.NaN }, 'streamIdleTimeoutMillis is NaN; it must be a number above 0'],
  [{ streamIdleTimeoutMillis: -1 }, 'streamIdleTimeoutMillis is -1'],
  [{ streamIdleTimeoutMillis: 0 }, 'streamIdleTimeoutMillis is 0'],
  [{ pricing: 0.2 }, 'pricing must be a function that gives US dollars'],
  [{ provider: '' }, 'provider must be a name, such as nvidia-nim'],
  [{ provider: 5 }, 'provider must be a name, such as nvidia-nim'],
  [{ provider: ['nvidia-nim'] }, 'provider must be a name, such as nvidia-nim'],
  [{ onCall: {} }, 'onCall must be a function'],
  [{ models: 'gpt-5' }, 'models must be a list of names'],
  [{ models: [''] }, 'models must be a list of names'],
  [{ models: ['gpt-*-mini'] }, 'models must be a list of names'],
  [{ models: [7] }, 'models must be a list of names'],
])('%o is refused when the client is wrapped, with what is allowed', (options, message) => {
  expect(wrap(options)).toThrow(TypeError);
  expect(wrap(options)).toThrow(message);
});

it('what can be meant is taken', () => {
  expect(wrap({})).not.toThrow();
  expect(
    wrap({ genAi: 'off', streamIdleTimeoutMillis: 1, pricing: () => 1, provider: 'x', onCall: () => {} }),
  ).not.toThrow();
  expect(wrap({ models: ['gpt-5', 'gpt-*', '*'] })).not.toThrow();
  expect(wrap({ models: [] })).not.toThrow();
  expect(wrap({ streamIdleTimeoutMillis: Number.POSITIVE_INFINITY, pricing: undefined })).not.toThrow();
  for (const genAi of ['latest', 'v1.41', 'both', undefined]) expect(wrap({ genAi })).not.toThrow();
});
