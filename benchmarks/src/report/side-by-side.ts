import { type Contender, clientOf } from '../contender.ts';
import { LIMITS, type Limit } from '../limits.ts';
import { measured, type Results } from '../results.ts';
import type { Spread } from '../rounds.ts';
import type { ClientName } from '../workload/workload.ts';
import { brief } from './print.ts';
import { markdownTable } from './table.ts';

export type Contenders = ReadonlyMap<string, Contender>;

/** Those of one client. */
export const ofClient = (contenders: Contenders, client: ClientName): Contenders =>
  new Map([...contenders].filter(([, contender]) => clientOf(contender) === client));

/** The limits that something was measured against. */
export const limitsOf = (results: Results, contenders: Contenders): readonly Limit[] =>
  LIMITS.filter((limit) => [...contenders.keys()].some((name) => measured(results, name, limit) !== undefined));

/** Ours as most use it. */
export const oursAmong = (contenders: Contenders): string =>
  [...contenders].find(([, { kind }]) => kind === 'ours')![0];

/** All contenders against all limits: medians, those beyond a limit in bold. */
export function sideBySide(results: Results, contenders: Contenders): string {
  const head = ['', ...[...contenders.values()].map(({ title }) => title)];
  const rows = limitsOf(results, contenders).map((limit) => [
    `${limit.label}, ≤ ${limit.limit} ${limit.unit}`,
    ...[...contenders.keys()].map((name) => cell(measured(results, name, limit), limit)),
  ]);
  return markdownTable(head, rows);
}

function cell(spread: Spread | undefined, { limit }: Limit): string {
  if (spread === undefined) return '–';
  return spread.median > limit ? `**${brief(spread.median)}**` : brief(spread.median);
}

/** For each rival and for ours, the rows that it fails. */
export function failures(results: Results, contenders: Contenders): string {
  const judged = [...contenders].filter(([, { kind }]) => kind !== 'reference');
  return judged.map(([name, { title }]) => `- ${title}: ${failedRows(results, name)}`).join('\n');
}

function failedRows(results: Results, name: string): string {
  const known = LIMITS.filter((limit) => measured(results, name, limit) !== undefined);
  const failed = known.filter((limit) => measured(results, name, limit)!.median > limit.limit);
  const broken = Object.entries(results.suites).flatMap(([suite, { table }]) => brokenIn(suite, table[name]));
  const list = failed.map(({ label }) => label).join(', ');
  return [`${failed.length} of ${known.length}${list && `: ${list}`}`, ...broken].join('; ');
}

const brokenIn = (suite: string, row: object | undefined): string[] =>
  row !== undefined && 'failed' in row ? [`${suite} did not run: ${String(row.failed)}`] : [];

/** For each row, the rival that costs least, and whether it costs less than ours. */
export function ahead(results: Results, contenders: Contenders): string {
  const rows = LIMITS.flatMap((limit) => {
    const ours = measured(results, oursAmong(contenders), limit);
    const best = rivals(results, contenders, limit)[0];
    return ours && best
      ? [[limit.label, ...[ours, best.spread].map(shown(limit)), best.title, verdict(ours, best.spread)]]
      : [];
  });
  return markdownTable(['', 'ours', 'cheapest rival', '', 'who is ahead'], rows);
}

const shown =
  ({ unit }: Limit) =>
  ({ median }: Spread): string =>
    `${brief(median)} ${unit}`;

/** Ahead is whose rounds all lie below the other's. */
function verdict(ours: Spread, theirs: Spread): string {
  if (ours.max < theirs.min) return 'ours';
  return theirs.max < ours.min ? '**the rival**' : 'nobody: the ranges overlap';
}

/** The rivals that were measured, the cheapest first. */
export function rivals(results: Results, contenders: Contenders, limit: Limit): { title: string; spread: Spread }[] {
  return [...contenders]
    .flatMap(([name, { kind, title }]) => {
      const spread = kind === 'rival' ? measured(results, name, limit) : undefined;
      return spread === undefined ? [] : [{ title, spread }];
    })
    .sort((left, right) => left.spread.median - right.spread.median);
}
