import { warnOnce } from './guard';

/**
 * Tells a function of the user's something, and takes nothing from it: what it throws or rejects is told once through
 * `diag`, and what it returns is left alone.
 */
export function inform<Value>(part: string, listener: (value: Value) => unknown, value: Value): void {
  try {
    const returned = listener(value);
    if (typeof returned === 'object' && returned !== null) {
      Promise.resolve(returned).catch((fault) => warnFailed(part, fault));
    }
  } catch (fault) {
    warnFailed(part, fault);
  }
}

const warnFailed = (part: string, fault: unknown): void =>
  warnOnce('core', `${part} failed; calls and what is recorded of them are not affected`, fault);
