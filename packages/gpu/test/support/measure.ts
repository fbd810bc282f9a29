import { PrometheusBridge } from '@grump/llm-otel-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { onTestFinished } from 'vitest';
import { type GpuMeter, type GpuMeterOptions, startGpuMeter } from '../../src/index';
import { type FakeMachine, fakeLibrary, helperFile } from './fake';

/** A line of the page: a name, its labels, a value. */
export interface Line {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A meter on a fake machine, with what it shows on `/metrics`. */
export interface Measured {
  readonly meter: GpuMeter;
  page(): Promise<Line[]>;
  /** The value of the one series of this name with these labels; `undefined` where there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined>;
}

/** Starts a meter that ends with the test, on the fake's library unless the options say otherwise. */
export async function measure(machine: Pick<FakeMachine, 'root'>, options: GpuMeterOptions = {}): Promise<Measured> {
  const bridge = new PrometheusBridge({ targetInfo: false });
  const meterProvider = new MeterProvider({ resource: resourceFromAttributes({}), readers: [bridge] });
  const meter = startGpuMeter({
    meterProvider,
    root: machine.root,
    library: 'library' in options ? options.library : fakeLibrary(),
    helperPath: await helperFile(),
    intervalMillis: 150,
    ...options,
  });
  onTestFinished(async () => {
    await meter.shutdown();
    await meterProvider.shutdown();
  });
  await meter.ready;
  const page = async () => parse(await bridge.scrape());
  const value = async (name: string, labels: Readonly<Record<string, string>> = {}) => {
    const found = (await page()).filter(
      (line) => line.name === name && Object.entries(labels).every(([key, text]) => line.labels[key] === text),
    );
    if (found.length > 1) throw new Error(`${found.length} series of ${name}: ${JSON.stringify(found)}`);
    return found[0]?.value;
  };
  return { meter, page, value };
}

function parse(page: string): Line[] {
  return page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', inner = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const labels = Object.fromEntries(Array.from(inner.matchAll(/(\w+)="([^"]*)"/g), ([, key, text]) => [key, text]));
      return { name, labels, value: Number(value) };
    });
}

/** Lines of one device as names (with the labels that are not the device's) to values. */
export function byName(lines: readonly Line[], uuid: string): Record<string, number> {
  const ours = lines.filter(({ labels }) => labels.uuid === uuid);
  return Object.fromEntries(
    ours.map(({ name, labels, value }) => {
      const { device: _device, name: _name, uuid: _uuid, ...rest } = labels;
      return [[name, ...Object.entries(rest).map(([key, text]) => `${key}=${text}`)].join(' '), value];
    }),
  );
}

/** Waits until the condition holds; fails after the time. */
export async function until(holds: () => boolean | Promise<boolean>, millis = 5000): Promise<void> {
  for (const end = Date.now() + millis; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`not so within ${millis} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
