import { mkdirSync, writeFileSync } from 'node:fs';
import { SUITES } from '../arguments.ts';
import { ACCURACY_LIMIT_MILLIS, type Limit } from '../limits.ts';
import { measured, type Results } from '../results.ts';
import { loadSuite, type Row, type Table } from '../rounds.ts';
import { CLIENTS, type ClientName, loadWorkload } from '../workload/workload.ts';
import { type Bar, barChart } from './chart.ts';
import { brief, withRange } from './print.ts';
import { ahead, type Contenders, failures, limitsOf, ofClient, sideBySide } from './side-by-side.ts';
import { markdownTable } from './table.ts';

const FOLDER = new URL('../../', import.meta.url);

/** Writes RESULTS.md and its pictures: a part for each client. */
export async function writeReport(results: Results, contenders: Contenders): Promise<void> {
  mkdirSync(new URL('charts', FOLDER), { recursive: true });
  const parts = await Promise.all(CLIENTS.map((client) => part(results, ofClient(contenders, client), client)));
  writeFileSync(new URL('RESULTS.md', FOLDER), `${[intro(results), ...parts].join('\n\n')}\n`);
}

async function part(results: Results, contenders: Contenders, client: ClientName): Promise<string> {
  const { package: name } = await loadWorkload(client);
  const limits = limitsOf(results, contenders);
  const title = `## ${name} ${results.clients[client]}`;
  if (limits.length === 0) return `${title}\n\nNot measured yet.`;
  for (const limit of limits)
    writeFileSync(new URL(chartPath(client, limit), FOLDER), draw(results, contenders, limit));
  const suites = await Promise.all(SUITES.map((suite) => suiteSection(results, contenders, suite)));
  return [
    ...[title, '### Side by side', sideBySide(results, contenders), notes(contenders)],
    ...['### Rows failed', failures(results, contenders), '### Who is ahead', ahead(results, contenders)],
    ...['### Pictures', 'Bars end at ten times the limit.'],
    limits.map((limit) => `![${limit.label}](${chartPath(client, limit)})`).join('\n'),
    ...suites.flat(),
  ].join('\n\n');
}

const intro = ({ machine, node, suites }: Results): string => `# What observing costs

Written by \`pnpm bench\`; don't edit. Node ${node}, ${machine}${
  Object.values(suites).some(({ quick }) => quick) ? '. **From a quick run: for a look only.**' : '.'
}

Each number is what a contender adds to the bare client, which runs beside it in the same process as an unpatched second
copy, in slices that take turns in random order. A round is one fresh process per contender; a cell is the median of the
rounds, with their range in brackets. CPU time is the tenth percentile of the slices, which other work on the machine
touches least, without garbage collection: no collection falls into a slice, the bytes stand for it. Content capture is
off; spans are made and dropped, metrics are kept for a reader. **Bold** is beyond the limit.`;

const notes = (contenders: Contenders): string =>
  [...contenders.values()].flatMap(({ title, note }) => (note ? [`- ${title}: ${note}`] : [])).join('\n');

const chartPath = (client: ClientName, { suite, metric }: Limit): string =>
  `charts/${client === 'openai' ? '' : `${client}-`}${suite}-${metric
    .replaceAll('µ', 'u')
    .replace(/[^a-zA-Z]+/g, '-')
    .replace(/-$/, '')
    .toLowerCase()}.svg`;

function draw(results: Results, contenders: Contenders, limit: Limit): string {
  const bars = [...contenders].flatMap(([name, { title, kind }]): Bar[] => {
    const spread = measured(results, name, limit);
    return spread === undefined ? [] : [{ title, kind, value: spread.median, text: brief(spread.median) }];
  });
  return barChart(limit, bars);
}

/** A suite's table; none where no contender of the client took part. */
async function suiteSection(results: Results, contenders: Contenders, name: string): Promise<string[]> {
  const { date, table } = results.suites[name] ?? { date: '', table: {} as Table };
  const shown = [...contenders].flatMap(([contender, { title }]) => {
    const row = table[contender];
    return row === undefined ? [] : [{ title, row }];
  });
  if (shown.length === 0) return [];
  const { title, method } = await loadSuite(name);
  const limit = name === 'accuracy' ? ` Limit: ${ACCURACY_LIMIT_MILLIS} ms at p99.` : '';
  return [`### ${title}`, `${method}${limit} ${date}.`, shown.length === 1 ? column(shown[0]!) : rowsOf(shown)];
}

interface Shown {
  readonly title: string;
  readonly row: Row;
}

const metricsOf = (row: Row): string[] => ('failed' in row ? [] : Object.keys(row.metrics));

const column = ({ title, row }: Shown): string =>
  markdownTable(
    ['', title],
    metricsOf(row).map((metric) => [metric, cell(row, metric)]),
  );

function rowsOf(shown: readonly Shown[]): string {
  const metrics = [...new Set(shown.flatMap(({ row }) => metricsOf(row)))];
  return markdownTable(
    ['', ...metrics],
    shown.map(({ title, row }) => tableRow(title, row, metrics)),
  );
}

const tableRow = (title: string, row: Row, metrics: readonly string[]): string[] =>
  'failed' in row
    ? [title, row.failed, ...metrics.slice(1).map(() => '')]
    : [title, ...metrics.map((metric) => cell(row, metric))];

function cell(row: Row, metric: string): string {
  const spread = 'failed' in row ? undefined : row.metrics[metric];
  return spread === undefined ? '–' : withRange(spread);
}
