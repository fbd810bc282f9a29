import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessUse } from './nvml/processes';
import type { GpuDevice, LabelledValue } from './source';

/** A device with what its processes use; each value carries the name and the id of its process. */
export function nameProcesses(devices: GpuDevice[], uses: readonly ProcessUse[], root: string): GpuDevice[] {
  if (uses.length === 0) return devices;
  const labelled = new Map<GpuDevice, LabelledValue[]>();
  for (const use of uses) {
    const name = processName(use.pid, root);
    if (name === undefined) continue;
    const slice = devices.find(({ mig }) => mig !== undefined && mig.instance === use.instance);
    const device = slice ?? (devices[0] as GpuDevice);
    labelled.set(device, [...(labelled.get(device) ?? []), ...valuesOf(use, name)]);
  }
  return devices.map((device) => ({ ...device, labelled: labelled.get(device) }));
}

function valuesOf({ pid, memory, utilization }: ProcessUse, name: string): LabelledValue[] {
  const labels = { process: name, pid: String(pid) };
  const values: LabelledValue[] = [];
  if (memory !== undefined) values.push({ key: 'processMemory', value: memory, labels });
  if (utilization !== undefined) values.push({ key: 'processUtilization', value: utilization, labels });
  return values;
}

/** Name of the executable; `undefined` where there is no such process, or it is of another PID namespace. */
function processName(pid: number, root: string): string | undefined {
  if (process.platform === 'win32') return 'unknown';
  try {
    return readFileSync(join(root, 'proc', String(pid), 'comm'), 'latin1').trim();
  } catch {
    return undefined;
  }
}
