import { context, diag, metrics, propagation, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, vi } from 'vitest';
import type { RegisterOptions, Registration } from '../../src/index';
import { register } from '../../src/index';

let registrations: Registration[] = [];

/** `register()`, ended with the test. */
export function registerForTest(options: RegisterOptions): Registration {
  const registration = register(options);
  registrations.push(registration);
  return registration;
}

/** Gives each test of a file an environment without OpenTelemetry variables, and no globals. */
export function isolate(): void {
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (/^(OTEL|OTLP)_/.test(name)) vi.stubEnv(name, undefined);
  });
  afterEach(async () => {
    await Promise.all(registrations.map((registration) => registration.shutdown({ timeoutMillis: 100 })));
    registrations = [];
    for (const api of [trace, metrics, context, propagation, diag]) api.disable();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
}
