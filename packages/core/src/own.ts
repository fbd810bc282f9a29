/**
 * Reads a plain data property without running the caller's code: an accessor is left alone (a getter must run
 * exactly once, in the SDK) and so is anything inherited.
 */
export function own(object: unknown, key: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

/** {@link own}, if it is a non-empty string. */
export function ownString(object: unknown, key: string): string | undefined {
  const value = own(object, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** {@link own}, if it is a finite number. */
export function ownNumber(object: unknown, key: string): number | undefined {
  const value = own(object, key);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
