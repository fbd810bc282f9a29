import { mkdirSync, writeFileSync } from 'node:fs';
import { SUITES } from '../arguments.ts';
import { ACCURACY_LIMIT_MILLIS, LIMITS, type Limit } from '../limits.ts';
import { measured, type Results } from '../results.ts';
import { loadSuite, type Row } from '../rounds.ts';
import { type Bar, barChart } from './chart.ts';
import { brief, withRange } from './print.ts';
import { ahead, type Contenders, failures, sideBySide } from './side-by-side.ts';
import { markdownTable } from './table.ts';

const FOLDER = new URL('../../', import.meta.url);

/** Writes RESULTS.md and its pictures. */
export async function writeReport(results: Results, contenders: Contenders): Promise<void> {
  const charts = LIMITS.filter(({ suite }) => results.suites[suite] !== undefined);
  mkdirSync(new URL('charts', FOLDER), { recursive: true });
  for (const limit of charts) writeFileSync(new URL(chartPath(limit), FOLDER), draw(results, contenders, limit));
  const measuredSuites = SUITES.filter((name) => results.suites[name] !== undefined);
  const suites = await Promise.all(measuredSuites.map((name) => suiteSection(results, contenders, name)));
  const sections = [
    ...[intro(results), '## Side by side', sideBySide(results, contenders), notes(contenders)],
    ...['## Rows failed', failures(results, contenders), '## Who is ahead', ahead(results, contenders)],
    ...[
      '## Pictures',
      'Bars end at ten times the limit.',
      charts.map((limit) => `![${limit.label}](${chartPath(limit)})`).join('\n'),
      ...suites,
    ],
  ];
  writeFileSync(new URL('RESULTS.md', FOLDER), `${sections.join('\n\n')}\n`);
}

const intro = ({ machine, node, openai, suites }: Results): string => `# What observing costs

Written by \`pnpm bench\`; don't edit. Node ${node}, openai ${openai}, ${machine}${
  Object.values(suites).some(({ quick }) => quick) ? '. **From a quick run: for a look only.**' : '.'
}

Each number is what a contender adds to bare \`openai\`, which runs beside it in the same process as an unpatched second
copy, in slices that take turns in random order. A round is one fresh process per contender; a cell is the median of the
rounds, with their range in brackets. CPU time is the tenth percentile of the slices, which other work on the machine
touches least, without garbage collection: no collection falls into a slice, the bytes stand for it. Content capture is
off; spans are made and dropped, metrics are kept for a reader. **Bold** is beyond the limit.`;

const notes = (contenders: Contenders): string =>
  [...contenders.values()].flatMap(({ title, note }) => (note ? [`- ${title}: ${note}`] : [])).join('\n');

const chartPath = ({ suite, metric }: Limit): string =>
  `charts/${suite}-${metric
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

async function suiteSection(results: Results, contenders: Contenders, name: string): Promise<string> {
  const { title, method } = await loadSuite(name);
  const { date, table } = results.suites[name]!;
  const metrics = [
    ...new Set(Object.values(table).flatMap((row) => ('failed' in row ? [] : Object.keys(row.metrics)))),
  ];
  const shown = [...contenders].filter(([contender]) => table[contender] !== undefined);
  const body =
    shown.length === 1
      ? markdownTable(
          ['', shown[0]![1].title],
          metrics.map((metric) => [metric, cell(table[shown[0]![0]]!, metric)]),
        )
      : markdownTable(
          ['', ...metrics],
          shown.map(([contender, { title: who }]) => tableRow(who, table[contender]!, metrics)),
        );
  const limit = name === 'accuracy' ? ` Limit: ${ACCURACY_LIMIT_MILLIS} ms at p99.` : '';
  return `## ${title}\n\n${method}${limit} ${date}.\n\n${body}`;
}

const tableRow = (title: string, row: Row, metrics: readonly string[]): string[] =>
  'failed' in row
    ? [title, row.failed, ...metrics.slice(1).map(() => '')]
    : [title, ...metrics.map((metric) => cell(row, metric))];

function cell(row: Row, metric: string): string {
  const spread = 'failed' in row ? undefined : row.metrics[metric];
  return spread === undefined ? '–' : withRange(spread);
}
