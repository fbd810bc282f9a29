import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TranslationStrategy } from '../../src/index';
import { allRows, type Row } from './rows';

export interface RecordedRow extends Row {
  readonly names: Readonly<Record<TranslationStrategy, string>>;
}

const FIXTURE = new URL('../fixtures/collector-names.json', import.meta.url);
const HERE = fileURLToPath(new URL('.', import.meta.url));

/** What a Collector called these metrics. */
export const recordedRows = (): RecordedRow[] =>
  (JSON.parse(readFileSync(FIXTURE, 'utf8')) as { rows: RecordedRow[] }).rows;

/** Asks the Collector's exporter again. Needs Go, whose module proxy hands it out. */
export function record(): void {
  const rows = allRows();
  const answer = execFileSync('go', ['run', '.'], { cwd: HERE, input: JSON.stringify(rows), maxBuffer: 1 << 26 });
  const names = JSON.parse(answer.toString()) as RecordedRow['names'][];
  const version = /prometheusexporter (v\S+)/.exec(readFileSync(`${HERE}go.mod`, 'utf8'))?.[1];
  const head = {
    source: `github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusexporter ${version}`,
    licence: 'Apache-2.0',
    madeBy: 'RECORD_NAMES=1 vitest run --project prometheus test/naming',
  };
  const lines = rows.map((row, index) => JSON.stringify({ ...row, names: names[index] }));
  writeFileSync(FIXTURE, `${JSON.stringify(head, null, 1).slice(0, -2)},\n "rows": [\n${lines.join(',\n')}\n]}\n`);
}
