import type { ValueKey } from '../conventions';

/** Values while they are being read. */
export type Values = Partial<Record<ValueKey, number>>;
