import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { installRivals } from '../install-rivals.ts';
import { shuffled } from '../workload/slice.ts';
import type { ScrapeCost } from './child.ts';
import type { Shape } from './holder.ts';
import { HOLDERS } from './holders.ts';
import { writeScrapeReport } from './report.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
const SHAPES: readonly Shape[] = [
  { title: '10,000 counters', kind: 'counter', labelSets: 10_000 },
  { title: '100,000 counters', kind: 'counter', labelSets: 100_000 },
  { title: '10,000 lines of histograms', kind: 'histogram', labelSets: 769 },
  { title: '100,000 lines of histograms', kind: 'histogram', labelSets: 7_692 },
  { title: '10,000 lines of all kinds', kind: 'mixed', labelSets: 3_333 },
  { title: '100,000 lines of all kinds', kind: 'mixed', labelSets: 33_333 },
];
const WARM_UPS = 6;
const ROUNDS = Number(process.argv[2] ?? 18);

/** Costs of one contender, one for each scrape. */
export type Costs = Readonly<
  Record<string, readonly (ScrapeCost & { readonly wallMillis: number; readonly bytes: number })[]>
>;

installRivals();
const results: Record<string, Costs> = {};
for (const shape of SHAPES) {
  process.stderr.write(`${shape.title}\n`);
  results[shape.title] = await compare(shape);
}
writeScrapeReport(results, ROUNDS);

/** All contenders hold the same series at the same time, and are scraped by turns. */
async function compare(shape: Shape): Promise<Costs> {
  const names = Object.keys(HOLDERS);
  const children = names.map((name) => start(name, shape));
  const costs = Object.fromEntries(
    names.map((name) => [name, [] as (ScrapeCost & { wallMillis: number; bytes: number })[]]),
  );
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    // Nobody gets ready, which takes a recording and a garbage collection, while another one is scraped.
    for (const child of children) await ask(child, 'prepare');
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const index of shuffled([...children.keys()])) {
      const child = children[index]!;
      const { url } = await ask<{ url: string }>(child, 'start');
      const { wallMillis, bytes } = await scrape(url);
      const { cost } = await ask<{ cost: ScrapeCost }>(child, 'scraped');
      if (round >= WARM_UPS) costs[names[index]!]!.push({ ...cost, wallMillis, bytes });
    }
  }
  for (const child of children) child.kill();
  return costs;
}

async function ask<Answer = unknown>(child: ChildProcess, what: 'prepare' | 'start' | 'scraped'): Promise<Answer> {
  const answer = once(child, 'message');
  child.send(what);
  return (await answer)[0];
}

function start(name: string, shape: Shape): ChildProcess {
  return fork(CHILD, [name, JSON.stringify(shape)], { execArgv: ['--expose-gc', '--no-warnings'] });
}

function scrape(url: string): Promise<{ wallMillis: number; bytes: number }> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve({ wallMillis: performance.now() - started, bytes }));
    }).on('error', reject);
  });
}
