import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Shape } from './holder.ts';
import { HOLDERS } from './holders.ts';

/** What one scrape cost the process that was scraped. */
export interface ScrapeCost {
  readonly cpuMillis: number;
  /** Longest time in which the event loop did not turn. */
  readonly blockedMillis: number;
  /** Heap and buffers at their largest, above what was there before. */
  readonly peakBytes: number;
}

const [name, shapeText] = process.argv.slice(2) as [string, string];
const shape = JSON.parse(shapeText) as Shape;
const collectGarbage = (globalThis as { gc?: () => void }).gc!;

const { url, record } = await HOLDERS[name]!(shape);
for (let series = 0; series < shape.labelSets; series++) record(series);

const used = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

for (let times = 0; ; times++) {
  // Some series go on between two scrapes, as in life.
  for (let series = times % 4; series < shape.labelSets; series += 4) record(series);
  collectGarbage();
  const before = used();
  let peak = before;
  const look = setInterval(() => {
    peak = Math.max(peak, used());
  }, 2);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  // Its first turns are of this process being woken.
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.enable();
  const cpu = process.cpuUsage();
  process.send!({ url });
  await once(process, 'message');
  const { user, system } = process.cpuUsage(cpu);
  peak = Math.max(peak, used());
  clearInterval(look);
  delay.disable();
  const cost: ScrapeCost = {
    cpuMillis: (user + system) / 1000,
    blockedMillis: delay.max / 1e6,
    peakBytes: peak - before,
  };
  process.send!({ cost });
  await once(process, 'message');
}
