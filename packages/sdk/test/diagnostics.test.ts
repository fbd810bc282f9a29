import { diag } from '@opentelemetry/api';
import { beforeEach, expect, test, vi } from 'vitest';
import { isolate, registerForTest } from './support/clean';
import { recordDiagnostics } from './support/diagnostics';

// The API's console logger takes the console's methods when it is loaded.
const console = vi.hoisted(() => {
  const warn = vi.fn();
  globalThis.console.warn = warn;
  return { warn };
});

isolate();
beforeEach(() => console.warn.mockClear());

const options = { prometheus: { listen: false } };

test('go to the console at warn where the application has no logger', async () => {
  vi.stubEnv('OTEL_TRACES_SAMPLER', 'sometimes');
  const registration = registerForTest(options);
  diag.info('quiet');
  expect(console.warn.mock.calls).toEqual([[expect.stringContaining(`OTEL_TRACES_SAMPLER is 'sometimes'`)]]);
  await registration.shutdown();
  diag.warn('nobody listens any more');
  expect(console.warn).toHaveBeenCalledTimes(1);
});

test('go where OTEL_LOG_LEVEL lets them', () => {
  vi.stubEnv('OTEL_LOG_LEVEL', 'error');
  registerForTest(options);
  diag.warn('quiet');
  expect(console.warn).not.toHaveBeenCalled();
});

test('stay with the logger of the application', async () => {
  const said = recordDiagnostics();
  await registerForTest(options).shutdown();
  diag.warn('still here');
  expect(said).toEqual(['still here']);
  expect(console.warn).not.toHaveBeenCalled();
});
