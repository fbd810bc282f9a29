import { diag } from '@opentelemetry/api';
import { watchImports } from './auto/watch-imports';
import { checkOptions } from './check-options';
import { claimDiagnostics, claimErrorHandler, type Release } from './globals';
import { startGpu } from './gpu';
import { instrumentLoggers } from './loggers';
import { MetricsPage } from './metrics-page';
import type { RegisterOptions } from './options';
import { quota } from './quota/quota';
import { createRegistration, type Parts, type Registration } from './registration';
import { readSettings, type Settings } from './settings';
import { registerLogs, registerMetrics, registerTraces } from './signals';
import { readStatus, type Status, startUpLine } from './status';
import { Watched } from './watched';
import { startWatchman } from './watchman';

interface Active {
  readonly registration: Registration;
  told: boolean;
}

// The ESM and the CommonJS build in one process must know of each other's registration.
const KEY = Symbol.for('@grump/llm-otel-sdk/1');
const world = globalThis as { [KEY]?: Active };

/** What {@link register} has set up in this process, whichever module called it; `undefined` before that. */
export const registered = (): Registration | undefined => world[KEY]?.registration;

/**
 * Sets up OpenTelemetry: metrics on `/metrics`; metrics, traces and logs over OTLP. A signal that another SDK has
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
  const watched = new Watched();
  const { releases, signals, ...started } = settings.disabled ? startNothing() : start(options, settings, watched);
  const { warnAfterMinutes = 5, exitTimeoutMillis = 5000, flushAtExit = true } = options;
  const startedAt = Date.now();
  const status = () => {
    const late = warnAfterMinutes > 0 && Date.now() - startedAt >= warnAfterMinutes * 60_000;
    const source = { signals, settings, watched, metricsUrl: () => started.page.url };
    return readStatus(source, late ? warnAfterMinutes : 0);
  };
  const watchman = startWatchman(settings.disabled ? 0 : warnAfterMinutes, () => status().problems);
  const release = () => {
    limits?.shutdown();
    for (const one of [watchman, ...releases, diagnostics]) one?.();
    delete world[KEY];
  };
  if (options.autoWrap && !settings.disabled) watchImports(options.autoWrap === true ? {} : options.autoWrap);
  const limits = options.quota && !settings.disabled ? quota(options.quota) : undefined;
  const registration = createRegistration({
    ...started,
    watched,
    prometheus: settings.prometheus,
    exitTimeoutMillis: flushAtExit ? exitTimeoutMillis : undefined,
    status,
    release,
  });
  world[KEY] = { registration, told: false };
  if (!settings.disabled) void registration.ready.then(() => diag.info(startUpLine(status())));
  return registration;
}

type Started = Pick<Parts, 'page' | 'meterProvider' | 'tracerProvider' | 'loggerProvider'> & {
  readonly signals: Status['signals'];
  readonly releases: readonly (Release | undefined)[];
};

function start(options: RegisterOptions, settings: Settings, watched: Watched): Started {
  // Metrics first: a reader that is in use elsewhere throws, and then no global must have been set.
  const metrics = registerMetrics(options, settings, watched);
  const traces = registerTraces(options, settings, watched);
  const logs = registerLogs(options, settings, watched);
  const loggers = instrumentLoggers(settings.loggers, logs.provider);
  const errors = claimErrorHandler();
  const stopGpu = startGpu(options.metrics !== false && options.gpu, metrics.provider);
  return {
    page: metrics.page,
    signals: { traces: traces.owner, metrics: metrics.owner, logs: logs.owner },
    meterProvider: metrics.provider,
    tracerProvider: traces.provider,
    loggerProvider: logs.provider,
    releases: [loggers, ...traces.releases, ...metrics.releases, ...logs.releases, stopGpu, errors],
  };
}

function startNothing(): Started {
  const page = new MetricsPage(undefined, 'There are no metrics: OTEL_SDK_DISABLED is true.');
  const signals = { traces: 'off', metrics: 'off', logs: 'off' } as const;
  return {
    page,
    signals,
    meterProvider: undefined,
    tracerProvider: undefined,
    loggerProvider: undefined,
    releases: [],
  };
}

function again(active: Active): Registration {
  if (!active.told) {
    diag.warn('register() was called again while it is active: the first call stands, these options are not used.');
  }
  active.told = true;
  return active.registration;
}
