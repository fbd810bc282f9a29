import { Block } from './block';
import type { DeviceCalls } from './calls';
import { CODE } from './codes';
import { NONE, NOT_AVAILABLE, PROCESS, PROCESS_EARLY_535, PROCESS_SAMPLE, PROCESS_V1 } from './layouts';
import type { NvmlFunction } from './prototypes';

/** What a process uses of a device. */
export interface ProcessUse {
  readonly pid: number;
  readonly memory?: number | undefined;
  readonly utilization?: number | undefined;
  /** GPU instance that it runs on, with MIG. */
  readonly instance?: number | undefined;
}

interface Version {
  readonly suffix: '_v3' | '_v2' | '';
  readonly layout: {
    readonly size: number;
    readonly pid: number;
    readonly memory: number;
    readonly gpuInstance?: number;
  };
}

const VERSIONS: readonly Version[] = [
  { suffix: '_v3', layout: PROCESS },
  { suffix: '_v2', layout: PROCESS },
  { suffix: '', layout: PROCESS_V1 },
];
const LISTS = ['Compute', 'Graphics', 'MPSCompute'] as const;
const SPARE = 8;
const TRIES = 3;

const count = new Block(4);
let records = new Block(64 * PROCESS_EARLY_535.size);

/** Memory by process: the same process may stand in several lists, with the same memory. */
export function readProcesses(calls: DeviceCalls): Map<number, ProcessUse> {
  const found = new Map<number, ProcessUse>();
  for (const list of LISTS) {
    const version = VERSIONS.find(({ suffix }) => calls.has(`nvmlDeviceGet${list}RunningProcesses${suffix}`));
    if (version === undefined) continue;
    const layout = version.suffix === '_v3' && isEarly535(calls) ? PROCESS_EARLY_535 : version.layout;
    const length = fetchList(calls, `nvmlDeviceGet${list}RunningProcesses${version.suffix}`, layout.size);
    for (let index = 0; index < length; index++) add(found, index * layout.size, layout);
  }
  return found;
}

/** The first drivers of R535 brought the one function, and not yet the other. */
function isEarly535(calls: DeviceCalls): boolean {
  return calls.has('nvmlDeviceGetConfComputeMemSizeInfo') && !calls.has('nvmlDeviceGetRunningProcessDetailList');
}

function fetchList(calls: DeviceCalls, name: NvmlFunction, size: number): number {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    count.setU32(0, Math.floor(records.bytes.length / size));
    const code = calls.code(name, count.bytes, records.bytes);
    if (code !== CODE.INSUFFICIENT_SIZE) return calls.judge(code, name) ? count.u32() : 0;
    // The list may grow between two calls.
    records = new Block(Math.max((count.u32() + SPARE) * size, records.bytes.length * 2));
  }
  return 0;
}

function add(found: Map<number, ProcessUse>, offset: number, layout: Version['layout']): void {
  const pid = records.u32(offset + layout.pid);
  const raw = records.u64(offset + layout.memory);
  const before = found.get(pid);
  const memory = raw === NOT_AVAILABLE ? before?.memory : Math.max(Number(raw), before?.memory ?? 0);
  const instance = layout.gpuInstance === undefined ? NONE : records.u32(offset + layout.gpuInstance);
  found.set(pid, { pid, memory, instance: instance === NONE ? before?.instance : instance });
}

let samples = new Block(128 * PROCESS_SAMPLE.size);

/** Share of the processors by process: unsorted, repeated and at times wrong as the driver gives it. */
export class ProcessUtilizationReader {
  #lastSeen = 0n;

  read(calls: DeviceCalls): Map<number, number> {
    const newest = new Map<number, { at: bigint; share: number }>();
    const since = this.#lastSeen;
    const length = this.#fetch(calls, since);
    for (let index = 0; index < length; index++) {
      const offset = index * PROCESS_SAMPLE.size;
      const [at, share] = [samples.u64(offset + PROCESS_SAMPLE.timestamp), samples.u32(offset + PROCESS_SAMPLE.sm)];
      if (share > 100 || at <= since) continue;
      if (at > this.#lastSeen) this.#lastSeen = at;
      const pid = samples.u32(offset + PROCESS_SAMPLE.pid);
      const before = newest.get(pid);
      if (before === undefined || at > before.at) newest.set(pid, { at, share });
    }
    return new Map(Array.from(newest, ([pid, { share }]) => [pid, share]));
  }

  #fetch(calls: DeviceCalls, since: bigint): number {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      count.setU32(0, Math.floor(samples.bytes.length / PROCESS_SAMPLE.size));
      const code = calls.code('nvmlDeviceGetProcessUtilization', samples.bytes, count.bytes, since);
      // Nothing ran since the last time.
      if (code === CODE.NOT_FOUND) return 0;
      if (code !== CODE.INSUFFICIENT_SIZE)
        return calls.judge(code, 'nvmlDeviceGetProcessUtilization') ? count.u32() : 0;
      samples = new Block(Math.max((count.u32() + SPARE) * PROCESS_SAMPLE.size, samples.bytes.length * 2));
    }
    return 0;
  }
}
