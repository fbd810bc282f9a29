import type { Settings } from './options';
import type { LabelledValue } from './source';

const isOfProcess = ({ key }: LabelledValue): boolean => key === 'processMemory' || key === 'processUtilization';

/** The values of the processes with the most memory, added up by name unless each shall have its `pid`. */
export function boundProcesses(values: readonly LabelledValue[], options: Settings['processes']): LabelledValue[] {
  const others = values.filter((value) => !isOfProcess(value));
  if (options === undefined) return others;
  const ofProcesses = values.filter(isOfProcess);
  const kept = largest(ofProcesses, options.top);
  const left = ofProcesses.filter(({ labels }) => kept.has(labels.pid ?? ''));
  return [...others, ...(options.pid ? left : addUp(left))];
}

function largest(values: readonly LabelledValue[], top: number): Set<string> {
  const memory = new Map<string, number>();
  for (const { key, value, labels } of values) {
    const pid = labels.pid ?? '';
    memory.set(pid, Math.max(memory.get(pid) ?? 0, key === 'processMemory' ? value : 0));
  }
  const sorted = [...memory].sort(([, a], [, b]) => b - a);
  return new Set(sorted.slice(0, top).map(([pid]) => pid));
}

function addUp(values: readonly LabelledValue[]): LabelledValue[] {
  const sums = new Map<string, LabelledValue>();
  for (const { key, value, labels } of values) {
    const { pid: _pid, ...rest } = labels;
    const id = JSON.stringify([key, rest]);
    sums.set(id, { key, value: value + (sums.get(id)?.value ?? 0), labels: rest });
  }
  return [...sums.values()];
}
