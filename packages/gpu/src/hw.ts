const gauge = (unit: string, description: string) => ({ kind: 'gauge', unit, description }) as const;
const sum = (unit: string, description: string) => ({ kind: 'updowncounter', unit, description }) as const;
const counter = (unit: string, description: string) => ({ kind: 'counter', unit, description }) as const;

/** The instruments of the OpenTelemetry hardware conventions (1.44, development) that a GPU has. */
export const HW = {
  'hw.gpu.utilization': gauge('1', 'Fraction of time spent in a specific task.'),
  'hw.gpu.memory.usage': sum('By', 'GPU memory used.'),
  'hw.gpu.memory.limit': sum('By', 'Size of the GPU memory.'),
  'hw.gpu.memory.utilization': gauge('1', 'Fraction of GPU memory used.'),
  'hw.gpu.io': counter('By', 'Received and transmitted bytes by the GPU.'),
  'hw.temperature': gauge('Cel', 'Temperature in degrees Celsius.'),
  'hw.temperature.limit': gauge('Cel', 'Temperature limit in degrees Celsius.'),
  'hw.power': gauge('W', 'Instantaneous power consumed by the component.'),
  'hw.energy': counter('J', 'Energy consumed by the component.'),
  'hw.errors': counter('{error}', 'Number of errors encountered by the component.'),
  'hw.status': sum('1', 'Operational status: `1` (true) or `0` (false) for each of the possible states.'),
  'hw.fan.speed': gauge('rpm', 'Fan speed in revolutions per minute.'),
  'hw.fan.speed_ratio': gauge('1', 'Fan speed expressed as a fraction of its maximum speed.'),
} as const;

/** Name of an instrument of the hardware conventions. */
export type HwName = keyof typeof HW;
