import { monitorEventLoopDelay } from 'node:perf_hooks';
import { clientOf } from '../contender.ts';
import type { Measures, Suite } from '../suite.ts';
import { createBench, type Side } from '../workload/bench.ts';
import { startServer } from '../workload/server-process.ts';

const scenario = { schedule: { firstTokenMillis: 200, interTokenMillis: 20 }, tokens: 30 };

/** A thousand streams at once over HTTP. */
export const suite: Suite = {
  title: '1,000 concurrent streams over HTTP',
  method:
    'Streams of 30 tokens from a server in a process of its own, bare and watched in turn; the client process alone.',
  rounds: 3,
  otherRounds: 1,
  takesPart: (contender) => clientOf(contender) === 'openai',
  async measure(contender, { quick }) {
    const { bare, watched } = await createBench(contender);
    const server = await startServer(scenario);
    const count = quick ? 200 : 1000;
    const runs = { bare: [] as Run[], watched: [] as Run[] };
    for (const side of [bare, watched]) await play(side, server.baseURL, count);
    for (const turn of ['bare', 'watched', 'watched', 'bare'] as const) {
      runs[turn].push(await play(turn === 'bare' ? bare : watched, server.baseURL, count));
    }
    server.stop();
    return { ...differences(runs.bare, runs.watched), ...delays('bare ', runs.bare), ...delays('', runs.watched) };
  },
};

interface Run {
  readonly cpu: number;
  readonly p50: number;
  readonly p99: number;
}

const mean = (runs: readonly Run[], field: keyof Run): number =>
  runs.reduce((sum, run) => sum + run[field], 0) / runs.length;

const differences = (bare: readonly Run[], watched: readonly Run[]): Measures => ({
  'bare CPU ms': mean(bare, 'cpu'),
  'CPU ms': mean(watched, 'cpu') - mean(bare, 'cpu'),
});

const delays = (prefix: string, runs: readonly Run[]): Measures => ({
  [`${prefix}loop delay p50 ms`]: mean(runs, 'p50'),
  [`${prefix}loop delay p99 ms`]: mean(runs, 'p99'),
});

async function play({ create, consumer }: Side, baseURL: string, count: number): Promise<Run> {
  const client = create({ baseURL });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: count }, () => consumer.readStream(client)));
  const { user, system } = process.cpuUsage(before);
  delay.disable();
  const [p50, p99] = [delay.percentile(50) / 1e6, delay.percentile(99) / 1e6];
  return { cpu: (user + system) / 1000, p50, p99 };
}
