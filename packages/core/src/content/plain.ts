import { own } from '../own';

const DEPTH = 64;

/**
 * A copy of plain data, made without running anyone's code: accessors, what is inherited, functions, binary data and
 * whatever goes round in circles are left out.
 */
export function plain(value: unknown, above: readonly unknown[] = []): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || ArrayBuffer.isView(value)) return undefined;
  if (above.length >= DEPTH || above.includes(value)) return undefined;
  const path = [...above, value];
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, index) => plain(own(value, String(index)), path) ?? null);
  }
  const entries = Object.keys(value).map((key) => [key, plain(own(value, key), path)] as const);
  return Object.fromEntries(entries.filter(([, copy]) => copy !== undefined));
}
