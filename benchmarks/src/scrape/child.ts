import { once } from 'node:events';
import type { Shape } from './holder.ts';
import { HOLDERS } from './holders.ts';

/** What one scrape cost the process that was scraped; half of them tell the first number, half the others. */
export interface ScrapeCost {
  /** CPU time of the thread that has the event loop: helpers of the engine also sweep up after the benchmark itself. */
  readonly cpuMillis?: number;
  /** CPU time of the longest turn of the event loop. */
  readonly longestTurnMillis?: number;
  /** Heap and buffers at their largest, above what was there before. */
  readonly peakBytes?: number;
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

/** CPU time of the thread that has the event loop, in milliseconds: other work on the machine does not count. */
const threadMillis = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

for (let times = 0; ; times++) {
  await once(process, 'message');
  // Some series go on between two scrapes, as in life.
  for (let series = times % 4; series < shape.labelSets; series += 4) record(series);
  collectGarbage();
  process.send!({});
  await once(process, 'message');
  const before = used();
  let peak = before;
  let turned = threadMillis();
  let longest = 0;
  const look = (): void => {
    peak = Math.max(peak, used());
    longest = Math.max(longest, threadMillis() - turned);
    turned = threadMillis();
  };
  // Watching costs something too: every other scrape goes without, and tells of time.
  const isWatched = times % 2 === 1;
  const timer = isWatched ? setInterval(look, 1) : undefined;
  const cpu = threadMillis();
  process.send!({ url });
  await once(process, 'message');
  const cpuMillis = threadMillis() - cpu;
  look();
  clearInterval(timer);
  const cost: ScrapeCost = isWatched ? { longestTurnMillis: longest, peakBytes: peak - before } : { cpuMillis };
  process.send!({ cost });
}
