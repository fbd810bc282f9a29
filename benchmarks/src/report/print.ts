import type { Row, Spread, Table } from '../rounds.ts';

/** Prints a suite's table: medians, and the range of the rounds in brackets. */
export function printTable(name: string, table: Table): void {
  console.log(`\n${name}`);
  for (const [contender, row] of Object.entries(table)) console.log(`  ${contender}\n${describe(row)}`);
}

function describe(row: Row): string {
  if ('failed' in row) return `    ${row.failed}`;
  return Object.entries(row.metrics)
    .map(([metric, spread]) => `    ${metric.padEnd(34)} ${withRange(spread)}`)
    .join('\n');
}

/** The median, and the range of the rounds where there is one. */
export function withRange({ median, min, max, rounds }: Spread): string {
  return rounds === 1 ? brief(median) : `${brief(median)} (${brief(min)} … ${brief(max)})`;
}

/** A number as a table shows it: three digits at least, thousands in full. */
export function brief(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
