import type { ValueKey } from '../conventions';
import type { NvmlApi } from './api';
import { Block } from './block';
import type { DeviceCalls } from './calls';
import { CODE } from './codes';
import { GPM, GPM_BYTES, GPM_SUPPORT } from './layouts';
import type { Values } from './values';

/** Two samples that are closer than this can't be compared. */
const LEAST_MILLIS = 100;
const MIB = 1024 ** 2;

const SHARES: readonly (readonly [number, ValueKey])[] = [
  [1, 'utilization'],
  [2, 'smActive'],
  [3, 'smOccupancy'],
  [5, 'tensorActive'],
  [10, 'memoryBandwidth'],
];
const PCIE_TX = 20;
const PCIE_RX = 21;
const METRICS: readonly number[] = [...SHARES.map(([id]) => id), PCIE_TX, PCIE_RX];

const support = new Block(GPM_SUPPORT.size);
const pointer = new Block(8);
const request = new Block(GPM_BYTES);

/** Bytes per second over PCIe, averaged over the time between two polls. */
export interface PcieRates {
  readonly tx: number;
  readonly rx: number;
  readonly seconds: number;
}

/** Whether the board counts what its engines do (Hopper and later). */
export function hasGpm(calls: DeviceCalls): boolean {
  support.setU32(0, GPM_SUPPORT.version);
  return calls.ok('nvmlGpmQueryDeviceSupport', support.bytes) && support.u32(GPM_SUPPORT.supported) !== 0;
}

/** Averages between two polls, of a board or of one of its GPU instances. */
export class GpmReader {
  readonly #api: NvmlApi;
  readonly #instance: number | undefined;
  readonly #absent: Set<number> = new Set();
  #before = 0n;
  #after = 0n;
  #at = 0;

  constructor(api: NvmlApi, instance?: number) {
    this.#api = api;
    this.#instance = instance;
  }

  /** Sets values, and returns PCIe rates where they are told. `calls` are those of the board. */
  read(calls: DeviceCalls, nowMillis: number, values: Values): PcieRates | undefined {
    if (this.#at !== 0 && nowMillis - this.#at < LEAST_MILLIS) return undefined;
    if (this.#before === 0n && !this.#allocate(calls)) return undefined;
    if (!this.#sample(calls)) return undefined;
    const seconds = this.#at === 0 ? 0 : (nowMillis - this.#at) / 1000;
    this.#at = nowMillis;
    const rates = seconds === 0 ? undefined : this.#compare(calls, seconds, values);
    [this.#before, this.#after] = [this.#after, this.#before];
    return rates;
  }

  free(): void {
    for (const sample of [this.#before, this.#after]) if (sample !== 0n) this.#api.call('nvmlGpmSampleFree', sample);
    this.#before = 0n;
    this.#after = 0n;
  }

  #allocate(calls: DeviceCalls): boolean {
    const one = () =>
      calls.judge(this.#api.call('nvmlGpmSampleAlloc', pointer.bytes), 'nvmlGpmSampleAlloc') ? pointer.u64() : 0n;
    this.#before = one();
    if (this.#before !== 0n) this.#after = one();
    if (this.#after === 0n) this.free();
    return this.#after !== 0n;
  }

  #sample(calls: DeviceCalls): boolean {
    return this.#instance === undefined
      ? calls.ok('nvmlGpmSampleGet', this.#after)
      : calls.ok('nvmlGpmMigSampleGet', this.#instance, this.#after);
  }

  #compare(calls: DeviceCalls, seconds: number, values: Values): PcieRates | undefined {
    const asked = METRICS.filter((id) => !this.#absent.has(id));
    request.setU32(0, GPM.version).setU32(GPM.count, asked.length);
    request.setU64(GPM.first, this.#before).setU64(GPM.second, this.#after);
    asked.forEach((id, index) => {
      const offset = GPM.header + index * GPM.size;
      request.bytes.fill(0, offset, offset + GPM.size);
      request.setU32(offset, id);
    });
    if (!calls.judge(this.#api.call('nvmlGpmMetricsGet', request.bytes), 'nvmlGpmMetricsGet')) return undefined;
    return this.#take(new Map(asked.map((id, index) => [id, this.#value(id, index)])), seconds, values);
  }

  #value(id: number, index: number): number | undefined {
    const offset = GPM.header + index * GPM.size;
    const code = request.u32(offset + GPM.code);
    if (code === CODE.NOT_SUPPORTED) this.#absent.add(id);
    const value = request.f64(offset + GPM.value);
    return code === CODE.SUCCESS && Number.isFinite(value) ? value : undefined;
  }

  #take(read: ReadonlyMap<number, number | undefined>, seconds: number, values: Values): PcieRates | undefined {
    for (const [id, key] of SHARES) {
      const value = read.get(id);
      // The driver's own samples are the board's utilization; on a slice there are none.
      if (value !== undefined && value <= 100 && values[key] === undefined) values[key] = value;
    }
    const [tx, rx] = [read.get(PCIE_TX), read.get(PCIE_RX)];
    return tx === undefined || rx === undefined ? undefined : { tx: tx * MIB, rx: rx * MIB, seconds };
  }
}
