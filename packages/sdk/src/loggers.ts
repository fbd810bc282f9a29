import { diag, type LoggerProvider } from '@opentelemetry/api';
import type { Release } from './globals';
import { loadPeer, loadThrough } from './peers';
import type { LoggerName } from './rules';

interface Instrumentation {
  setLoggerProvider?(provider: LoggerProvider): void;
  disable(): void;
}
type InstrumentationClass = new (config: { disableLogSending: boolean }) => Instrumentation;
type Module = Readonly<Record<string, InstrumentationClass>>;

interface OldLogsApi {
  readonly logs: { setGlobalLoggerProvider(provider: unknown): unknown; disable(): void };
}

const CLASSES: Record<LoggerName, string> = {
  pino: 'PinoInstrumentation',
  winston: 'WinstonInstrumentation',
  console: 'ConsoleInstrumentation',
};

/**
 * Turns on OpenTelemetry's instrumentations of the loggers: lines of pino and winston get `trace_id` and `span_id`, and
 * what they and the console write goes to `provider` as log records, where there is one.
 */
export function instrumentLoggers(names: readonly LoggerName[], provider: LoggerProvider | undefined): Release {
  const releases = names.map((name) => instrument(name, provider));
  return () => {
    for (const release of releases) release?.();
  };
}

function instrument(name: LoggerName, provider: LoggerProvider | undefined): Release | undefined {
  const path = `@opentelemetry/instrumentation-${name}`;
  const Class = loadPeer<Module>(path)?.[CLASSES[name]];
  if (Class === undefined) {
    diag.warn(`The lines of ${name} get no trace_id, since ${path} is not installed: npm install ${path}.`);
    return undefined;
  }
  const old = name === 'console' ? loadThrough<OldLogsApi>(path, '@opentelemetry/api-logs') : undefined;
  // The instrumentation of the console writes to the logs API as it was before it came into @opentelemetry/api.
  if (provider !== undefined) old?.logs.setGlobalLoggerProvider(provider);
  const instrumentation = new Class({ disableLogSending: provider === undefined });
  if (provider !== undefined) instrumentation.setLoggerProvider?.(provider);
  return () => {
    instrumentation.disable();
    old?.logs.disable();
  };
}
