import { readFileSync, writeFileSync } from 'node:fs';
import type { Limit } from './limits.ts';
import { brief } from './report/print.ts';
import { type Contenders, limitsOf, ofClient, oursAmong, rivals } from './report/side-by-side.ts';
import { markdownTable } from './report/table.ts';
import { measured, type Results } from './results.ts';
import { CLIENTS, type ClientName, loadWorkload } from './workload/workload.ts';

const README = new URL('../../README.md', import.meta.url);
const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';
const NEXT = /^## Packages$/m;

/** Puts what was measured between the markers of the README; makes the section where there is none yet. */
export async function writeReadme(results: Results, contenders: Contenders): Promise<void> {
  const text = readFileSync(README, 'utf8');
  const quotes = await Promise.all(CLIENTS.map((client) => quote(results, ofClient(contenders, client), client)));
  const block = `${START}\n\n${quotes.join('\n\n')}\n\n${END}`;
  const marked = text.includes(START) ? text : text.replace(NEXT, `## Cost\n\n${START}${END}\n\n## Packages`);
  const [before, rest] = marked.split(START) as [string, string];
  writeFileSync(README, before + block + rest.slice(rest.indexOf(END) + END.length));
}

async function quote(results: Results, contenders: Contenders, client: ClientName): Promise<string> {
  const { package: name } = await loadWorkload(client);
  const published = [...contenders.values()].filter(({ kind }) => kind === 'rival').length;
  const rows = limitsOf(results, contenders).flatMap((limit) => quoteRow(results, contenders, limit));
  return `What watching adds to bare \`${name}\` ${results.clients[client]} (Node ${results.node}), beside ${published} others in one run; an other that
is not named fails the row. All of it, and how: [benchmarks/RESULTS.md](benchmarks/RESULTS.md).

${markdownTable(['', 'limit', 'this', 'others', 'of them within the limit'], rows)}`;
}

function quoteRow(results: Results, contenders: Contenders, limit: Limit): string[][] {
  const ours = measured(results, oursAmong(contenders), limit);
  const others = rivals(results, contenders, limit);
  if (ours === undefined || others.length === 0) return [];
  const range = `${brief(others[0]!.spread.median)} … ${brief(others.at(-1)!.spread.median)} ${limit.unit}`;
  const within = others.filter(({ spread }) => spread.median <= limit.limit).map(({ title }) => title);
  return [
    [
      limit.label,
      `${limit.limit} ${limit.unit}`,
      `${brief(ours.median)} ${limit.unit}`,
      range,
      within.join(', ') || 'none',
    ],
  ];
}
