import type { NvmlApi, NvmlArgument } from './api';
import { CODE, codeName, policyOf } from './codes';
import { DeviceFault, DriverFault, StaleFault } from './faults';
import type { NvmlFunction } from './prototypes';

/** How often a function may make the driver start anew before it is left out. */
const SUSPECT_LIMIT = 2;

/** What went wrong in this poll, and what is known from earlier ones. */
export class FaultLog {
  errors: Record<string, number> = {};
  /** Functions that were answered with a fault of the whole driver, by device. */
  readonly suspects: Map<string, number> = new Map();

  count(code: number): void {
    const name = codeName(code);
    this.errors[name] = (this.errors[name] ?? 0) + 1;
  }

  /** The errors since the last call. */
  take(): Record<string, number> {
    const { errors } = this;
    this.errors = {};
    return errors;
  }
}

/** Calls about one device. What it does not have is asked once, until devices are looked up again. */
export class DeviceCalls {
  readonly handle: bigint;
  readonly #api: NvmlApi;
  readonly #log: FaultLog;
  readonly #id: string;
  readonly #missing: Set<string> = new Set();

  constructor(api: NvmlApi, handle: bigint, id: string, log: FaultLog) {
    this.#api = api;
    this.handle = handle;
    this.#id = id;
    this.#log = log;
  }

  /** Whether the call succeeded. Throws where the device or the driver as a whole is at fault. */
  ok(name: NvmlFunction, ...parameters: NvmlArgument[]): boolean {
    if (this.lacks(name)) return false;
    return this.judge(this.#api.call(name, this.handle, ...parameters), name);
  }

  /** The bare code, for calls whose codes mean something of their own. */
  code(name: NvmlFunction, ...parameters: NvmlArgument[]): number {
    if (this.lacks(name)) return CODE.NOT_SUPPORTED;
    return this.#api.call(name, this.handle, ...parameters);
  }

  /** Calls about something that belongs to this device. */
  of(handle: bigint): DeviceCalls {
    return new DeviceCalls(this.#api, handle, this.#id, this.#log);
  }

  has(name: NvmlFunction): boolean {
    return this.#api.has(name);
  }

  lacks(what: string): boolean {
    return this.#missing.has(what);
  }

  drop(what: string): void {
    this.#missing.add(what);
  }

  /** Acts on a code: true for success, false where this value is absent. */
  judge(code: number, what: string): boolean {
    if (code === CODE.SUCCESS) return true;
    const policy = policyOf(code);
    if (policy === 'drop') this.drop(what);
    else this.#log.count(code);
    if (policy === 'deny') this.drop(what);
    if (policy === 'stale') this.#stale(code, what);
    if (policy === 'down') throw new DeviceFault(`${codeName(code)} (${code}) from ${what}`);
    if (policy === 'failed' || policy === 'inactive') this.#failed(code, what, policy === 'inactive');
    return false;
  }

  /** The same answer again after devices were looked up is no matter of handles. */
  #stale(code: number, what: string): void {
    if (this.#suspect(what)) this.drop(what);
    else throw new StaleFault(`${codeName(code)} from ${what}`);
  }

  #failed(code: number, what: string, inactive: boolean): void {
    if (this.#suspect(what)) this.drop(what);
    else throw new DriverFault(code, inactive, what);
  }

  #suspect(what: string): boolean {
    const key = `${this.#id} ${what}`;
    const times = (this.#log.suspects.get(key) ?? 0) + 1;
    this.#log.suspects.set(key, times);
    return times > SUSPECT_LIMIT;
  }
}
