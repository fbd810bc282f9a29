import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, type TestContext, test } from 'vitest';
import { CONVENTIONS, type Convention, type DcgmName } from '../src/index';
import { EXTRA } from '../src/instruments';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const code = (text: string): string => `\`${text}\``;
const KINDS = { gauge: 'gauge', updowncounter: 'up-down counter', counter: 'counter' };

/** A row for each value, or for each name where only a label tells values apart. */
function table(): string {
  const head = ['name', 'kind', 'labels', 'meaning', '`hw`', 'dcgm-exporter ≤ 4.8', '≥ 4.9'];
  const rows = Object.values(CONVENTIONS as Record<string, Convention>).map((row) => [
    row.name ? code(row.name) : '–',
    KINDS[row.kind],
    labelsOf(row),
    row.description,
    hwOf(row),
    dcgm(row.dcgm?.upTo48),
    dcgm(row.dcgm?.from49),
  ]);
  const others = Object.entries(EXTRA).map(([name, { kind, description }]) => [
    code(name),
    KINDS[kind],
    '',
    description,
    '–',
    '–',
    '–',
  ]);
  const lines = [head, head.map(() => '---'), ...rows, ...others].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}

const labelsOf = ({ labels = {}, dynamic = [] }: Convention): string =>
  [...Object.entries(labels).map(([key, value]) => code(`${key}="${value}"`)), ...dynamic.map(code)].join(' ');

function hwOf({ hw }: Convention): string {
  if (hw === undefined) return '–';
  const { factor = 1, attributes = {} } = hw;
  const own = Object.entries(attributes).map(([key, value]) => code(`${key}=${value}`));
  return [code(hw.name), ...(factor === 1 ? [] : [`× ${factor}`]), ...own].join(' ');
}

const dcgm = (name: DcgmName | undefined): string =>
  name === undefined ? '–' : `${code(name.name)}${name.factor === 1 ? '' : ` × ${name.factor}`}`;

test('docs/gpu.md has the table of names', async () => {
  const file = path('../../../docs/gpu.md');
  const text = readFileSync(file, 'utf8');
  const page = text.replace(
    /<!-- names -->[\s\S]*<!-- \/names -->/,
    () => `<!-- names -->\n\n${table()}\n\n<!-- /names -->`,
  );
  expect(page).toContain('| name | kind |');
  await expect(page).toMatchFileSnapshot(file);
});

test('a name has one kind, one unit and one meaning', () => {
  const known = new Map<string, string>();
  for (const { name, kind, unit, description } of Object.values(CONVENTIONS as Record<string, Convention>)) {
    if (name === undefined) continue;
    const meaning = JSON.stringify([kind, unit, description]);
    expect(known.get(name) ?? meaning).toBe(meaning);
    known.set(name, meaning);
  }
});

/** What promtool says; the test is skipped where it is not installed. */
function promtool(context: TestContext, ...parameters: string[]): string {
  const { stdout, stderr, error } = spawnSync('promtool', parameters, { encoding: 'utf8' });
  const reason = 'promtool is not here (apt-get install prometheus)';
  if (error) console.info(`skipped: ${context.task.name}: ${reason}`);
  context.skip(error !== undefined, reason);
  return stdout + stderr;
}

test.for(['tokens-per-joule', 'alerts-gpu', 'alerts-hw'])('promtool accepts the rules: %s', (name, context) => {
  expect(promtool(context, 'check', 'rules', path(`../../../docs/rules/${name}.yml`))).toContain('SUCCESS');
});

test('the rules give what they say', (context) => {
  expect(promtool(context, 'test', 'rules', path('rules/rules.test.yml'))).toContain('SUCCESS');
});

test('the first code of the README stands within 25 lines, and the README is short', () => {
  const lines = readFileSync(path('../README.md'), 'utf8').split('\n');
  expect(lines.indexOf('```ts')).toBeLessThan(25);
  expect(lines.length).toBeLessThan(120);
});
