import { readFileSync, writeFileSync } from 'node:fs';
import { LIMITS, type Limit } from './limits.ts';
import { brief } from './report/print.ts';
import { type Contenders, rivals } from './report/side-by-side.ts';
import { markdownTable } from './report/table.ts';
import { measured, type Results } from './results.ts';

const README = new URL('../../README.md', import.meta.url);
const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';
const NEXT = /^## Packages$/m;

/** Puts what was measured between the markers of the README; makes the section where there is none yet. */
export function writeReadme(results: Results, contenders: Contenders): void {
  const text = readFileSync(README, 'utf8');
  const block = `${START}\n\n${quote(results, contenders)}\n\n${END}`;
  const marked = text.includes(START) ? text : text.replace(NEXT, `## Cost\n\n${START}${END}\n\n## Packages`);
  const [before, rest] = marked.split(START) as [string, string];
  writeFileSync(README, before + block + rest.slice(rest.indexOf(END) + END.length));
}

function quote(results: Results, contenders: Contenders): string {
  const { node, openai } = results;
  const published = [...contenders.values()].filter(({ kind }) => kind === 'rival').length;
  const rows = LIMITS.flatMap((limit) => quoteRow(results, contenders, limit));
  return `What watching adds to bare \`openai\` ${openai} (Node ${node}), beside ${published} published instrumentations, in one run;
all of it, and how: [benchmarks/RESULTS.md](benchmarks/RESULTS.md).

${markdownTable(['', 'this', 'others'], rows)}`;
}

function quoteRow(results: Results, contenders: Contenders, limit: Limit): string[][] {
  const ours = measured(results, 'ours', limit);
  const others = rivals(results, contenders, limit);
  if (ours === undefined || others.length === 0) return [];
  const range = `${brief(others[0]!.spread.median)} … ${brief(others.at(-1)!.spread.median)} ${limit.unit}`;
  return [[limit.label, `${brief(ours.median)} ${limit.unit}`, range]];
}
