import { diag } from '@opentelemetry/api';
import { watchImports } from './auto/watch-imports';
import { checkOptions } from './check-options';
import { claimDiagnostics, type Release } from './globals';
import { startGpu } from './gpu';
import { MetricsPage } from './metrics-page';
import type { RegisterOptions } from './options';
import { quota } from './quota/quota';
import { createRegistration, type Parts, type Registration } from './registration';
import { readSettings, type Settings } from './settings';
import { registerMetrics, registerTraces } from './signals';

interface Active {
  readonly registration: Registration;
  told: boolean;
}

// The ESM and the CommonJS build in one process must know of each other's registration.
const KEY = Symbol.for('@grump/llm-otel-sdk/1');
const world = globalThis as { [KEY]?: Active };

/**
 * Sets up OpenTelemetry: metrics on `/metrics` and over OTLP, traces over OTLP. A signal that another SDK has
 * already registered is left alone. Called again while it is active, it returns the first registration.
 *
 * @throws TypeError where an option is unknown or has a wrong value. A wrong environment variable is reported and ignored.
 */
export function register(options: RegisterOptions = {}): Registration {
  checkOptions(options);
  if (world[KEY] !== undefined) return again(world[KEY]);
  const settings = readSettings(options);
  const diagnostics = claimDiagnostics(settings.logLevel);
  for (const problem of settings.problems) diag.warn(problem);
  const { releases, ...parts } = settings.disabled ? startNothing() : start(options, settings);
  const release = () => {
    limits?.shutdown();
    for (const one of [...releases, diagnostics]) one?.();
    delete world[KEY];
  };
  if (options.autoWrap && !settings.disabled) watchImports(options.autoWrap === true ? {} : options.autoWrap);
  const limits = options.quota && !settings.disabled ? quota(options.quota) : undefined;
  const registration = createRegistration({ ...parts, release });
  world[KEY] = { registration, told: false };
  return registration;
}

type Started = Omit<Parts, 'release'> & { readonly releases: readonly (Release | undefined)[] };

function start(options: RegisterOptions, settings: Settings): Started {
  // Metrics first: a reader that is in use elsewhere throws, and then no global must have been set.
  const metrics = registerMetrics(options, settings);
  const traces = registerTraces(options, settings);
  metrics.page.listen(settings.prometheus);
  const stopGpu = startGpu(options.metrics !== false && options.gpu, metrics.provider);
  return {
    page: metrics.page,
    meterProvider: metrics.provider,
    tracerProvider: traces.provider,
    releases: [...traces.releases, ...metrics.releases, stopGpu],
  };
}

function startNothing(): Started {
  const page = new MetricsPage(undefined, 'There are no metrics: OTEL_SDK_DISABLED is true.');
  return { page, meterProvider: undefined, tracerProvider: undefined, releases: [] };
}

function again(active: Active): Registration {
  if (!active.told) {
    diag.warn('register() was called again while it is active: the first call stands, these options are not used.');
  }
  active.told = true;
  return active.registration;
}
