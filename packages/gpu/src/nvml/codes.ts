/** What NVML returns, by its own names. */
export const CODE = {
  SUCCESS: 0,
  UNINITIALIZED: 1,
  INVALID_ARGUMENT: 2,
  NOT_SUPPORTED: 3,
  NO_PERMISSION: 4,
  NOT_FOUND: 6,
  INSUFFICIENT_SIZE: 7,
  INSUFFICIENT_POWER: 8,
  DRIVER_NOT_LOADED: 9,
  TIMEOUT: 10,
  IRQ_ISSUE: 11,
  LIBRARY_NOT_FOUND: 12,
  FUNCTION_NOT_FOUND: 13,
  CORRUPTED_INFOROM: 14,
  GPU_IS_LOST: 15,
  RESET_REQUIRED: 16,
  OPERATING_SYSTEM: 17,
  LIB_RM_VERSION_MISMATCH: 18,
  IN_USE: 19,
  MEMORY: 20,
  NO_DATA: 21,
  INSUFFICIENT_RESOURCES: 23,
  ARGUMENT_VERSION_MISMATCH: 25,
  DEPRECATED: 26,
  NOT_READY: 27,
  GPU_NOT_FOUND: 28,
  INVALID_STATE: 29,
  UNKNOWN: 999,
} as const;

const NAMES = new Map<number, string>(Object.entries(CODE).map(([name, code]) => [code, name]));

/** NVML's name of a code, without the prefix. */
export const codeName = (code: number): string => NAMES.get(code) ?? `CODE_${code}`;

/**
 * What to do about a code.
 * `drop`: the device doesn't have it, ask no more; `deny`: the same, said once; `stale`: handles are of before a change;
 * `down`: leave this device alone; `failed`: start again with the driver; `inactive`: nothing to measure; `skip`: not this time.
 */
export type Policy = 'drop' | 'deny' | 'stale' | 'down' | 'failed' | 'inactive' | 'skip';

const POLICIES = new Map<number, Policy>([
  [CODE.UNINITIALIZED, 'failed'],
  [CODE.INVALID_ARGUMENT, 'stale'],
  [CODE.NOT_FOUND, 'stale'],
  [CODE.NOT_SUPPORTED, 'drop'],
  [CODE.FUNCTION_NOT_FOUND, 'drop'],
  [CODE.DEPRECATED, 'drop'],
  [CODE.ARGUMENT_VERSION_MISMATCH, 'drop'],
  [CODE.NO_PERMISSION, 'deny'],
  [CODE.DRIVER_NOT_LOADED, 'inactive'],
  [CODE.LIBRARY_NOT_FOUND, 'inactive'],
  [CODE.GPU_NOT_FOUND, 'inactive'],
  [CODE.GPU_IS_LOST, 'down'],
  [CODE.RESET_REQUIRED, 'down'],
  [CODE.IRQ_ISSUE, 'down'],
  [CODE.CORRUPTED_INFOROM, 'down'],
  [CODE.OPERATING_SYSTEM, 'failed'],
  [CODE.LIB_RM_VERSION_MISMATCH, 'failed'],
  [CODE.NOT_READY, 'failed'],
  [CODE.UNKNOWN, 'failed'],
]);

/** What to do about a code that is not success. */
export const policyOf = (code: number): Policy => POLICIES.get(code) ?? 'skip';
