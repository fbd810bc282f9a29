import { preferMeterProvider } from '@grump/llm-otel-core';
import {
  type ContextManager,
  context,
  DiagConsoleLogger,
  type DiagLogLevel,
  diag,
  type LoggerProvider,
  logs,
  type MeterProvider,
  metrics,
  propagation,
  type TextMapPropagator,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { loggingErrorHandler, setGlobalErrorHandler } from '@opentelemetry/core';
import { reason } from './deadline';

/** Takes a global away again; does nothing where somebody else has replaced it since. */
export type Release = () => void;
type Slot = 'trace' | 'metrics' | 'logs' | 'context' | 'propagation' | 'diag';

type Slots = { readonly [Name in Slot]?: unknown } & { readonly version?: string };

// Every copy of the API, whatever its version, keeps its globals here. The public getters hide those of an older
// copy, and hand out a stand-in where nothing is registered.
const KEY = Symbol.for('opentelemetry.js.api.1');
const slots = (): Slots => (globalThis as { [KEY]?: Slots })[KEY] ?? {};

/** Whether somebody has registered this global, in any copy of the API. */
export function isTaken(slot: Slot): boolean {
  return slots()[slot] !== undefined;
}

/** Registers one global; `undefined` where it is taken, or where the API's copies do not fit each other. */
function claim(slot: Slot, set: () => boolean, clear: () => void): Release | undefined {
  if (isTaken(slot) || !set()) return undefined;
  const mine = slots()[slot];
  return () => {
    if (slots()[slot] === mine) clear();
  };
}

export function claimMeterProvider(provider: MeterProvider): Release {
  const release = claim(
    'metrics',
    () => metrics.setGlobalMeterProvider(provider),
    () => metrics.disable(),
  );
  return release ?? preferOurs(provider);
}

/** Where another version of the API holds the globals, wrapped clients find ours all the same. */
function preferOurs(provider: MeterProvider): Release {
  preferMeterProvider(provider);
  return () => preferMeterProvider(undefined);
}

export function claimTracerProvider(provider: TracerProvider): Release | undefined {
  return claim(
    'trace',
    () => trace.setGlobalTracerProvider(provider),
    () => trace.disable(),
  );
}

export function claimLoggerProvider(provider: LoggerProvider): Release | undefined {
  return claim(
    'logs',
    () => logs.setGlobalLoggerProvider(provider),
    () => logs.disable(),
  );
}

/** The context that follows asynchronous calls. */
export function claimContext(manager: ContextManager | undefined): Release | undefined {
  if (manager === undefined) return undefined;
  return claim(
    'context',
    () => context.setGlobalContextManager(manager),
    () => context.disable(),
  );
}

/** The headers that go from service to service. */
export function claimPropagation(propagator: TextMapPropagator | undefined): Release | undefined {
  if (propagator === undefined) return undefined;
  return claim(
    'propagation',
    () => propagation.setGlobalPropagator(propagator),
    () => propagation.disable(),
  );
}

/** Warnings on the console, unless the application has a logger of its own. */
export function claimDiagnostics(logLevel: DiagLogLevel): Release | undefined {
  const release = claim(
    'diag',
    () => diag.setLogger(new DiagConsoleLogger(), { logLevel }),
    () => diag.disable(),
  );
  warnOfOtherApi();
  return release;
}

/** OpenTelemetry tells of its own failures with a stack, each time anew: here they are a line. */
export function claimErrorHandler(): Release {
  setGlobalErrorHandler((error) => diag.error(reason(error)));
  return () => setGlobalErrorHandler(loggingErrorHandler());
}

/** Where another version of the API holds the globals, nothing of ours, `diag` included, reaches anybody. */
function warnOfOtherApi(): void {
  const { version, diag: logger, trace: tracerProvider, metrics: meterProvider } = slots();
  const isHidden =
    logger === undefined ||
    (tracerProvider !== undefined && trace.getTracerProvider() !== tracerProvider) ||
    (meterProvider !== undefined && metrics.getMeterProvider() !== meterProvider);
  if (!isHidden) return;
  console.warn(
    `@opentelemetry/api ${version} is in use beside the version that register() uses, so that neither sees the other: keep one (npm ls @opentelemetry/api).`,
  );
}
