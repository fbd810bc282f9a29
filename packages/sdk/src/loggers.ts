import module from 'node:module';
import { pathToFileURL } from 'node:url';
import { diag, type LoggerProvider } from '@opentelemetry/api';
import { reason } from './deadline';
import type { Release } from './globals';
import { findPeer, loadPeer, loadThrough } from './peers';
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
  hookImports(names.filter((name) => name !== 'console'));
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

// The hook stays for good, and must not be there twice.
let hooked = false;

/**
 * An ESM import of the logger is seen only by a hook of the module loader, which OpenTelemetry brings; `require()` is seen
 * without it. Bun and Deno have no such hook.
 */
function hookImports(names: readonly LoggerName[]): void {
  const found = names
    .map((name) => findPeer(`@opentelemetry/instrumentation-${name}`))
    .find((path) => path !== undefined);
  if (found === undefined || hooked || typeof module.register !== 'function') return;
  hooked = true;
  try {
    module.register('@opentelemetry/instrumentation/hook.mjs', pathToFileURL(found), { data: { include: names } });
  } catch (error) {
    diag.warn(`Lines of ${names.join(' and ')}, where those are imported, get no trace_id: ${reason(error)}`);
  }
}
