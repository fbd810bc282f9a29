import { Block } from './block';
import type { DeviceCalls } from './calls';
import type { PcieCounters } from './fields';
import type { PcieRates } from './gpm';
import type { Values } from './values';

const WRAP = 2 ** 32;
/** Bytes per second and lane in one direction, by generation from 1 on. */
const LANE = [250e6, 500e6, 985e6, 1969e6, 3938e6, 7877e6, 15_754e6];

const out = new Block(8);

/** What the link between board and machine can carry at most, in bytes per second; absent where it is not told. */
export function linkSpeed(calls: DeviceCalls): number | undefined {
  if (!calls.ok('nvmlDeviceGetMaxPcieLinkGeneration', out.bytes)) return undefined;
  const lane = LANE[out.u32() - 1];
  if (lane === undefined || !calls.ok('nvmlDeviceGetMaxPcieLinkWidth', out.bytes)) return undefined;
  return lane * out.u32();
}

/** Bytes over PCIe since the meter started, from whatever the device can tell. */
export class PcieMeter {
  readonly #speed: number | undefined;
  #last: PcieCounters | undefined;
  #at = 0;
  #total = { tx: 0, rx: 0 };
  /** A counter above 2^32 was seen: it has 64 bits. */
  #wide = false;

  constructor(speed: number | undefined) {
    this.#speed = speed;
  }

  /** Adds exact averages (bytes per second) over so many seconds. */
  addRates({ tx, rx, seconds }: PcieRates, values: Values): void {
    values.pcieTxRate = tx;
    values.pcieRxRate = rx;
    this.#add(tx * seconds, rx * seconds, values);
  }

  /** Adds what the driver's counters advanced, unless they could have wrapped unseen in between. */
  addCounters(counters: PcieCounters, nowMillis: number, values: Values): void {
    const [last, elapsed] = [this.#last, nowMillis - this.#at];
    this.#last = counters;
    this.#at = nowMillis;
    this.#wide ||= counters.tx >= WRAP || counters.rx >= WRAP;
    if (last === undefined || (!this.#wide && this.#mayCarry(elapsed) >= WRAP)) return;
    this.#add(this.#advance(counters.tx, last.tx), this.#advance(counters.rx, last.rx), values);
  }

  #mayCarry(elapsedMillis: number): number {
    return this.#speed === undefined ? Number.POSITIVE_INFINITY : (this.#speed * elapsedMillis) / 1000;
  }

  #advance(now: number, before: number): number {
    if (now >= before) return now - before;
    return this.#wide ? now : now - before + WRAP;
  }

  #add(tx: number, rx: number, values: Values): void {
    this.#total = { tx: this.#total.tx + tx, rx: this.#total.rx + rx };
    values.pcieTx = Math.round(this.#total.tx);
    values.pcieRx = Math.round(this.#total.rx);
  }
}

/** A sample of 20 ms for each direction, which keeps the caller for 40 ms; in bytes per second. */
export function readThroughput(calls: DeviceCalls, values: Values): void {
  if (calls.ok('nvmlDeviceGetPcieThroughput', 0, out.bytes)) values.pcieTxRate = out.u32() * 1000;
  if (calls.ok('nvmlDeviceGetPcieThroughput', 1, out.bytes)) values.pcieRxRate = out.u32() * 1000;
}
