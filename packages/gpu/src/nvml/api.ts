import type { NvmlFunction } from './prototypes';

/** What a function takes: a handle or a 64-bit number, a 32-bit number, memory to write to, or no memory. */
export type NvmlArgument = bigint | number | Uint8Array | null;

/** The driver's library, whatever it is called through. */
export interface NvmlApi {
  /** The function's code; FUNCTION_NOT_FOUND where this library lacks it. */
  call(name: NvmlFunction, ...parameters: NvmlArgument[]): number;
  /** Whether this library has the function. */
  has(name: NvmlFunction): boolean;
  /** Unloads the library. */
  unload(): void;
}
