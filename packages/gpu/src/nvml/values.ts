import type { ValueKey } from '../conventions';

/** Values while they are being read. */
export type Values = Partial<Record<ValueKey, number>>;

/** Sets a value unless it is absent. */
export function put(values: Values, key: ValueKey, value: number | undefined): void {
  if (value !== undefined) values[key] = value;
}
