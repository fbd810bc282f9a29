import { join } from 'node:path';
import { KeptFile } from '../kept-file';
import type { GpuDevice, LabelledValue } from '../source';
import type { NvmlApi } from './api';
import type { DeviceCalls, FaultLog } from './calls';
import type { XidListener } from './events';
import { FieldReader } from './fields';
import { GpmReader, hasGpm } from './gpm';
import { type Identity, identify } from './identity';
import { findSlices, isDivided, readSlice, type Slice } from './mig';
import type { NvmlOptions } from './options';
import { linkSpeed, PcieMeter, readThroughput } from './pcie';
import { type ProcessUse, ProcessUtilizationReader, readProcesses } from './processes';
import { readMemory, readSimple, readTemperature, readThresholds, readThrottling } from './simple';
import { UtilizationReader } from './utilization';
import type { Values } from './values';

/** What of a board is kept when devices are looked up again. */
export interface BoardHistory {
  readonly utilization: UtilizationReader;
  readonly processes: ProcessUtilizationReader;
  /** Of the board (key: empty) and of its slices, by their UUIDs. */
  readonly gpm: Map<string, GpmReader>;
  pcie?: PcieMeter;
}

/** A board that answers. */
export interface Board {
  readonly identity: Identity;
  readonly calls: DeviceCalls;
  readonly fixed: Values;
  readonly fields: FieldReader;
  readonly gpm: GpmReader | undefined;
  readonly slices: readonly Slice[];
  readonly pcie: PcieMeter;
  /** Whether the kernel has put it to sleep. */
  readonly power: KeptFile | undefined;
  readonly history: BoardHistory;
}

/** What a board was found to use, for whoever names the processes. */
export interface BoardReading {
  readonly device: GpuDevice;
  readonly slices: readonly GpuDevice[];
  readonly processes: readonly ProcessUse[];
}

/** Asks a board for all that does not change. */
export function openBoard(
  api: NvmlApi,
  calls: DeviceCalls,
  index: number,
  log: FaultLog,
  histories: Map<string, BoardHistory>,
  root: string,
): Board {
  const identity = identify(calls, index);
  const history: BoardHistory = histories.get(identity.uuid) ?? {
    utilization: new UtilizationReader(),
    processes: new ProcessUtilizationReader(),
    gpm: new Map(),
  };
  histories.set(identity.uuid, history);
  history.pcie ??= new PcieMeter(linkSpeed(calls));
  const divided = isDivided(calls);
  const gpm = hasGpm(calls) ? (key: string, instance?: number) => gpmOf(api, history.gpm, key, instance) : undefined;
  return {
    identity,
    calls,
    fixed: readThresholds(calls),
    fields: new FieldReader(),
    gpm: divided ? undefined : gpm?.(''),
    slices: divided ? findSlices(api, calls, log, gpm) : [],
    pcie: history.pcie,
    power: powerFile(root, identity),
    history,
  };
}

function powerFile(root: string, { bus }: Identity): KeptFile | undefined {
  return bus === '' ? undefined : new KeptFile(join(root, 'sys/bus/pci/devices', bus, 'power/runtime_status'));
}

/** Closes what is open for a board alone. */
export function closeBoard({ power }: Board): void {
  power?.close();
}

/** The reader of before, whose last sample the next one is compared with. */
function gpmOf(api: NvmlApi, kept: Map<string, GpmReader>, key: string, instance?: number): GpmReader {
  const reader = kept.get(key) ?? new GpmReader(api, instance);
  kept.set(key, reader);
  return reader;
}

/** Frees what the readers of a board hold. */
export function closeHistory({ gpm }: BoardHistory): void {
  for (const reader of gpm.values()) reader.free();
  gpm.clear();
}

/** Reads everything that changes. */
export function readBoard(board: Board, options: NvmlOptions, nowMillis: number): BoardReading {
  const { calls, history } = board;
  const values: Values = { ...board.fixed };
  if (board.slices.length === 0) history.utilization.read(calls, values);
  readMemory(calls, values);
  readTemperature(calls, values);
  readSimple(calls, values);
  readThrottling(calls, values);
  readPcie(board, options, nowMillis, values);
  const slices = board.slices.map((slice) => ({
    ...device(board.identity, readSlice(slice, calls, nowMillis)),
    mig: slice.slice,
  }));
  return { device: device(board.identity, values), slices, processes: options.processes ? used(board) : [] };
}

function readPcie(board: Board, options: NvmlOptions, nowMillis: number, values: Values): void {
  const counters = board.fields.read(board.calls, values);
  const rates = board.gpm?.read(board.calls, nowMillis, values);
  if (rates !== undefined) board.pcie.addRates(rates, values);
  else if (board.gpm === undefined && counters !== undefined) board.pcie.addCounters(counters, nowMillis, values);
  if (options.pcieThroughput && rates === undefined) readThroughput(board.calls, values);
}

function used({ calls, slices, history }: Board): ProcessUse[] {
  const found = readProcesses(calls);
  for (const slice of slices) for (const [pid, use] of readProcesses(slice.calls)) found.set(pid, use);
  if (slices.length === 0)
    for (const [pid, utilization] of history.processes.read(calls))
      found.set(pid, { ...(found.get(pid) ?? { pid }), utilization });
  return [...found.values()];
}

const device = ({ index, uuid, name }: Identity, values: Values): GpuDevice => ({
  index: String(index),
  uuid,
  name,
  vendor: 'NVIDIA',
  state: 'ok',
  values: { ...values, ok: 1, failed: 0, suspended: 0 },
});

/** A device that could not be read: who it is, and its state. */
export function unreadable({ index, uuid, name }: Identity, state: 'failed' | 'suspended'): GpuDevice {
  const values = { ok: 0, failed: state === 'failed' ? 1 : 0, suspended: state === 'suspended' ? 1 : 0 };
  return { index: String(index), uuid, name, vendor: 'NVIDIA', state, values };
}

/** The same device with what is known of its XID errors. */
export function withXids(one: GpuDevice, xids: XidListener): GpuDevice {
  const total = xids.total(one.uuid);
  if (total === undefined || one.mig !== undefined) return one;
  const labelled: LabelledValue[] = [...(one.labelled ?? []), ...xids.labelled(one.uuid)];
  return { ...one, values: { ...one.values, xidTotal: total }, labelled };
}
