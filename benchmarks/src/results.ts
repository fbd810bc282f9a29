import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Limit } from './limits.ts';
import type { Row, Spread, Table } from './rounds.ts';

/** All that was measured, as `results.json` holds it. */
export interface Results {
  readonly machine: string;
  readonly node: string;
  readonly openai: string;
  readonly suites: Readonly<Record<string, SuiteResult>>;
}

export interface SuiteResult {
  /** Day of the run. */
  readonly date: string;
  /** Short runs, for a look only. */
  readonly quick: boolean;
  readonly table: Table;
}

const FILE = new URL('../results.json', import.meta.url);

/** What was measured so far; empty before the first run. */
export function readResults(): Results {
  const suites = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results).suites : {};
  const { model } = cpus()[0]!;
  const openai = new URL('./package.json', import.meta.resolve('openai'));
  const { version } = JSON.parse(readFileSync(openai, 'utf8')) as { version: string };
  return { machine: `${cpus().length} × ${model}`, node: process.version, openai: version, suites };
}

/** Puts a suite's new table in the place of the old one. */
export function saveSuite(name: string, table: Table, quick: boolean): void {
  const results = readResults();
  const date = new Date().toISOString().slice(0, 10);
  const suites = { ...results.suites, [name]: { date, quick, table } };
  writeFileSync(FILE, `${JSON.stringify({ ...results, suites }, rounded, 2)}\n`);
}

const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(5)) : value;

/** What a contender needed for what a limit is about; `undefined` where it was not measured. */
export function measured(results: Results, contender: string, { suite, metric }: Limit): Spread | undefined {
  const row: Row | undefined = results.suites[suite]?.table[contender];
  return row === undefined || 'failed' in row ? undefined : row.metrics[metric];
}
