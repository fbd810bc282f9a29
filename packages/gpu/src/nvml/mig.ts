import type { MigSlice } from '../source';
import type { NvmlApi } from './api';
import { Block } from './block';
import { DeviceCalls, type FaultLog } from './calls';
import { CODE } from './codes';
import type { GpmReader } from './gpm';
import { readText } from './identity';
import { INSTANCE_INFO, PROFILE_V2, PROFILE_V3 } from './layouts';
import { readMemory } from './simple';
import type { Values } from './values';

const out = new Block(8);
const other = new Block(8);
const info = new Block(INSTANCE_INFO.size);
const profile = new Block(256);

/** One GPU instance of a board, with the handle of its first compute instance. */
export interface Slice {
  readonly slice: MigSlice;
  readonly calls: DeviceCalls;
  readonly gpm: GpmReader | undefined;
}

/** Whether a board is divided now. */
export function isDivided(calls: DeviceCalls): boolean {
  return calls.ok('nvmlDeviceGetMigMode', out.bytes, other.bytes) && out.u32() === 1;
}

/** Finds or makes the reader of a slice. */
export type GpmOf = (key: string, instance: number) => GpmReader;

/** The GPU instances of a board. Memory belongs to these, and their compute instances share it. */
export function findSlices(api: NvmlApi, board: DeviceCalls, log: FaultLog, gpm: GpmOf | undefined): Slice[] {
  const slices = new Map<number, Slice>();
  for (const calls of handles(api, board, log)) {
    const instance = calls.ok('nvmlDeviceGetGpuInstanceId', out.bytes) ? out.u32() : undefined;
    if (instance === undefined || slices.has(instance)) continue;
    const device = readText(calls, 'nvmlDeviceGetUUID');
    const slice = { device, profile: profileName(board, calls, instance), instance };
    slices.set(instance, { slice, calls, gpm: gpm?.(device, instance) });
  }
  return [...slices.values()];
}

function handles(api: NvmlApi, board: DeviceCalls, log: FaultLog): DeviceCalls[] {
  const slots = board.ok('nvmlDeviceGetMaxMigDeviceCount', out.bytes) ? out.u32() : 0;
  const found: DeviceCalls[] = [];
  for (let slot = 0; slot < slots; slot++) {
    const code = board.code('nvmlDeviceGetMigDeviceHandleByIndex', slot, out.bytes);
    // Slots have holes: each profile takes as many as it is large.
    if (code === CODE.NOT_FOUND || code === CODE.INVALID_ARGUMENT) continue;
    if (board.judge(code, 'nvmlDeviceGetMigDeviceHandleByIndex'))
      found.push(new DeviceCalls(api, out.u64(), `slot ${slot} of ${board.handle}`, log));
  }
  return found;
}

/** The name ends with the profile; where it does not, the profile's own name is asked for. */
function profileName(board: DeviceCalls, calls: DeviceCalls, instance: number): string {
  const [, told] = /\bMIG (\S+)$/.exec(readText(calls, 'nvmlDeviceGetName')) ?? [];
  return told ?? askProfile(board, instance) ?? '';
}

function askProfile(board: DeviceCalls, instance: number): string | undefined {
  if (!board.ok('nvmlDeviceGetGpuInstanceById', instance, out.bytes)) return undefined;
  const owner = board.of(out.u64());
  if (!owner.ok('nvmlGpuInstanceGetInfo', info.bytes)) return undefined;
  for (const layout of [PROFILE_V3, PROFILE_V2]) {
    profile.setU32(0, layout.version);
    const code = board.code('nvmlDeviceGetGpuInstanceProfileInfoV', info.u32(INSTANCE_INFO.profile), profile.bytes);
    if (code === CODE.SUCCESS) return profile.text(layout.name, layout.nameLength).replace(/^MIG /, '');
  }
  return undefined;
}

/** Memory, and what GPM tells of the engines. Power, clocks and temperature are the board's alone. */
export function readSlice({ calls, gpm }: Slice, board: DeviceCalls, nowMillis: number): Values {
  const values: Values = {};
  readMemory(calls, values);
  gpm?.read(board, nowMillis, values);
  return values;
}
