import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Limit } from './limits.ts';
import type { Row, Spread, Table } from './rounds.ts';
import { CLIENTS, type ClientName, loadWorkload } from './workload/workload.ts';

/** All that was measured, as `results.json` holds it. */
export interface Results {
  readonly machine: string;
  readonly node: string;
  /** Version of each client. */
  readonly clients: Readonly<Record<ClientName, string>>;
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
export async function readResults(): Promise<Results> {
  const suites = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results).suites : {};
  const { model } = cpus()[0]!;
  const versions = await Promise.all(CLIENTS.map(async (client) => [client, await versionOf(client)] as const));
  const clients = Object.fromEntries(versions) as Results['clients'];
  return { machine: `${cpus().length} × ${model}`, node: process.version, clients, suites };
}

async function versionOf(client: ClientName): Promise<string> {
  const { package: name } = await loadWorkload(client);
  const manifest = new URL('./package.json', import.meta.resolve(name));
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** Puts a suite's new table in the place of the old one. */
export async function saveSuite(name: string, table: Table, quick: boolean): Promise<void> {
  const results = await readResults();
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
