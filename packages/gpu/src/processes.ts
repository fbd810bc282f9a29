import { join } from 'node:path';
import { readCgroup } from './kubernetes/cgroup';
import type { ProcessUse } from './nvml/processes';
import { readText } from './read-text';
import type { GpuDevice, LabelledValue } from './source';

/** A device with what its processes use; each value carries its process, and with `pods` the pod and the container of that. */
export function nameProcesses(
  devices: GpuDevice[],
  uses: readonly ProcessUse[],
  { root, pods }: { readonly root: string; readonly pods: boolean },
): GpuDevice[] {
  if (uses.length === 0) return devices;
  const labelled = new Map<GpuDevice, LabelledValue[]>();
  for (const use of uses) {
    const process = processName(use.pid, root);
    if (process === undefined) continue;
    const labels = { process, pid: String(use.pid), ...(pods ? podLabels(use.pid, root) : {}) };
    const slice = devices.find(({ mig }) => mig !== undefined && mig.instance === use.instance);
    const device = slice ?? (devices[0] as GpuDevice);
    labelled.set(device, [...(labelled.get(device) ?? []), ...valuesOf(use, labels)]);
  }
  return devices.map((device) => ({ ...device, labelled: labelled.get(device) }));
}

function valuesOf({ memory, utilization }: ProcessUse, labels: LabelledValue['labels']): LabelledValue[] {
  const values: LabelledValue[] = [];
  if (memory !== undefined) values.push({ key: 'processMemory', value: memory, labels });
  if (utilization !== undefined) values.push({ key: 'processUtilization', value: utilization, labels });
  return values;
}

/** Name of the executable; `undefined` where there is no such process, or it is of another PID namespace. */
function processName(pid: number, root: string): string | undefined {
  if (process.platform === 'win32') return 'unknown';
  return readText(join(root, 'proc', String(pid), 'comm'));
}

function podLabels(pid: number, root: string): Record<string, string> {
  const { podUid, containerId } = readCgroup(readText(join(root, 'proc', String(pid), 'cgroup')) ?? '');
  return { ...(podUid && { pod_uid: podUid }), ...(containerId && { container_id: containerId }) };
}
