import type { ValueKey } from './conventions';
import type { GpuDevice } from './source';

const GIB = 1024 ** 3;

interface Column {
  readonly title: string;
  readonly text: (device: GpuDevice) => string;
}

/** A number of a device, or a dash where the driver does not give it. */
const number = (key: ValueKey, unit: string, divisor = 1, digits = 0) => ({
  text: ({ values }: GpuDevice): string => {
    const value = values[key];
    return value === undefined ? '–' : `${(value / divisor).toFixed(digits)}${unit}`;
  },
});

const COLUMNS: readonly Column[] = [
  { title: 'GPU', text: ({ index, mig }) => (mig === undefined ? index : `${index}/${mig.instance}`) },
  { title: 'Name', text: ({ name, mig }) => (mig === undefined ? name : `MIG ${mig.profile}`) },
  { title: 'State', text: ({ state }) => state },
  { title: 'Use', ...number('utilization', ' %') },
  { title: 'Memory', ...number('memoryUsed', ' GiB', GIB, 1) },
  { title: 'of', ...number('memoryTotal', ' GiB', GIB, 1) },
  { title: 'Temp.', ...number('temperature', ' °C') },
  { title: 'Power', ...number('power', ' W') },
  { title: 'Limit', ...number('powerLimit', ' W') },
  { title: 'Clock', ...number('smClock', ' MHz', 1e6) },
  { title: 'Fan', ...number('fanSpeed', ' %') },
];

/** Devices as lines of text, with their processes where those were read. */
export function table(devices: readonly GpuDevice[]): string {
  const rows = [COLUMNS.map(({ title }) => title), ...devices.map((device) => COLUMNS.map(({ text }) => text(device)))];
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => (row[at] as string).length)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] as number))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...devices.flatMap(processLines)].join('\n');
}

function processLines({ index, labelled = [] }: GpuDevice): string[] {
  return labelled
    .filter(({ key }) => key === 'processMemory')
    .map(({ labels, value }) => `${index}  ${labels.pid}  ${labels.process}  ${(value / GIB).toFixed(1)} GiB`);
}
