import { Block } from './block';
import type { DeviceCalls } from './calls';
import { PCI } from './layouts';

/** Who a board is. */
export interface Identity {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  /** Its folder in `/sys/bus/pci/devices`; empty where it is not told. */
  readonly bus: string;
}

const text = new Block(96);
const pci = new Block(PCI.size);

/** Asks a board who it is. */
export function identify(calls: DeviceCalls, index: number): Identity {
  const uuid = readText(calls, 'nvmlDeviceGetUUID');
  const name = readText(calls, 'nvmlDeviceGetName');
  const bus = calls.ok('nvmlDeviceGetPciInfo_v3', pci.bytes) ? pci.text(PCI.busId, PCI.busIdLength) : '';
  // NVML writes the domain with eight digits, the kernel with four.
  return { index, uuid, name, bus: bus.toLowerCase().replace(/^0000([0-9a-f]{4}:)/, '$1') };
}

/** Name or UUID; empty where it is not told. */
export function readText(calls: DeviceCalls, name: 'nvmlDeviceGetUUID' | 'nvmlDeviceGetName'): string {
  return calls.ok(name, text.bytes, text.bytes.length) ? text.text() : '';
}
