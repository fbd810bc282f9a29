import { codeName } from './codes';

/** The driver has to be started anew, or is not there at all. */
export class DriverFault extends Error {
  readonly code: number;
  readonly inactive: boolean;

  constructor(code: number, inactive: boolean, where: string) {
    super(`NVML answered ${codeName(code)} (${code}) to ${where}${HINTS[code] ?? ''}`);
    this.code = code;
    this.inactive = inactive;
  }
}

/** This device answers no more. */
export class DeviceFault extends Error {}

/** Handles are of before a change, such as another division by MIG. */
export class StaleFault extends Error {}

const HINTS: Readonly<Record<number, string>> = {
  9: ': the NVIDIA driver is not loaded',
  12: ': the library is not here',
  18: ': the library is of another version than the driver, which a restart mends',
  999: ': where it worked before, the container has lost its devices, and only a restart of the container helps',
};
