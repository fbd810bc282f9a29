import { diag } from '@opentelemetry/api';

const PREFIX = '@grump/llm-otel';
const told = new Set<string>();

/** Says `message` through `diag` once per process. */
export function warnOnce(part: string, message: string, ...details: unknown[]): void {
  const line = `${PREFIX}-${part}: ${message}`;
  if (told.has(line)) return;
  told.add(line);
  try {
    diag.warn(line, ...details);
  } catch {
    // A logger that throws has nowhere else to go.
  }
}

/**
 * Runs telemetry of ours. A fault in it never reaches the caller's code: it is told once through `diag`, and the result
 * is `undefined`.
 */
export function quietly<Result>(part: string, observe: () => Result): Result | undefined {
  try {
    return observe();
  } catch (fault) {
    warnFault(part, fault);
    return undefined;
  }
}

/** A function of the user's that should give a value gave a promise, which nobody would wait for. */
export function absorb<Value>(part: string, value: Value): Value | undefined {
  if (value === undefined) return undefined;
  const { then } = Object(value);
  if (typeof then !== 'function') return value;
  then.call(value, undefined, () => {});
  warnOnce('core', `${part} gave a promise, which is not waited for; give the value itself`);
  return undefined;
}

/** Tells of a fault of ours, once for each part. */
export function warnFault(part: string, fault: unknown): void {
  warnOnce('core', `${part} failed and was left out; please report this`, fault);
}
