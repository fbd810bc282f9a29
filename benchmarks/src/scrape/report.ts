import { readFileSync, writeFileSync } from 'node:fs';
import { markdownTable } from '../report/table.ts';
import type { Costs } from './main.ts';

const DOCUMENT = new URL('../../../docs/prometheus.md', import.meta.url);
const START = '<!-- scrape:start -->';
const OURS = 'this bridge';
const END = '<!-- scrape:end -->';

const COLUMNS = [
  ['time', 'ms', (cost) => (cost.cpuMillis === undefined ? undefined : cost.wallMillis)],
  ['CPU', 'ms', (cost) => cost.cpuMillis],
  ['memory at its peak', 'MB', (cost) => cost.peakBytes && cost.peakBytes / 1e6],
  ['longest turn', 'ms', (cost) => cost.longestTurnMillis],
] as const satisfies readonly (readonly [string, string, (cost: Costs[string][number]) => number | undefined])[];

/** Puts the medians between the markers of docs/prometheus.md, and prints them. */
export function writeScrapeReport(results: Readonly<Record<string, Costs>>, rounds: number): void {
  const rows = Object.entries(results).flatMap(([shape, costs]) =>
    Object.entries(costs).map(([name, measured]) => [
      shape,
      name,
      ...COLUMNS.map(([, unit, read]) => `${median(measured.map(read)).toFixed(1)} ${unit}`),
      `${Math.max(...measured.map(({ longestTurnMillis = 0 }) => longestTurnMillis)).toFixed(1)} ms`,
      name === OURS ? '' : share(costs[OURS]!, measured),
    ]),
  );
  const head = ['series', '', ...COLUMNS.map(([title]) => title), 'of all scrapes', "this bridge's time, CPU"];
  const table = markdownTable(head, rows);
  const block = `Medians of ${rounds} scrapes over HTTP, a quarter of the series having gone on since the one before (Node ${process.version}):\n\n${table}`;
  process.stdout.write(`${block}\n`);
  const text = readFileSync(DOCUMENT, 'utf8');
  const [before, rest] = text.split(START) as [string, string];
  writeFileSync(DOCUMENT, `${before}${START}\n\n${block}\n\n${rest.slice(rest.indexOf(END))}`);
}

/** Our time and CPU as shares of theirs, round by round: the median, and the middle eight tenths. */
function share(ours: Costs[string], theirs: Costs[string]): string {
  return (['wallMillis', 'cpuMillis'] as const).map((key) => sharesOf(ours, theirs, key)).join(', ');
}

function sharesOf(ours: Costs[string], theirs: Costs[string], key: 'wallMillis' | 'cpuMillis'): string {
  const shares = ours.flatMap((cost, round) =>
    cost.cpuMillis === undefined ? [] : [(cost[key]! / theirs[round]![key]!) * 100],
  );
  const [low, middle, high] = [0.1, 0.5, 0.9].map((part) => quantile(shares, part).toFixed(0));
  return `${middle} % (${low}–${high})`;
}

const median = (values: readonly (number | undefined)[]): number => quantile(values, 0.5);

function quantile(values: readonly (number | undefined)[], part: number): number {
  const sorted = values.filter((value) => value !== undefined).sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
