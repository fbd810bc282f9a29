import { diag } from '@opentelemetry/api';

/** Says a fault through OpenTelemetry's `diag`. */
export type Warn = (message: string, ...details: unknown[]) => void;

/** A fault's text may hold a changing part; past this many the rest goes unsaid. */
const LIMIT = 100;

/** Creates a {@link Warn} that says each message once, since a scrape that repeats it comes every few seconds. */
export function createWarn(): Warn {
  const told = new Set<string>();
  return (message, ...details) => {
    if (told.has(message) || told.size >= LIMIT) return;
    told.add(message);
    diag.warn(`@grump/llm-otel-prometheus: ${message}`, ...details);
  };
}
