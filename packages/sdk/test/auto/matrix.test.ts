import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type MockNim, startMockNim } from '@grump/llm-otel-testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppFolder, createAppFolder, findNode, findProgram } from './folder';

const ENTRY = '@grump/llm-otel-sdk/register';
const DENO = 'run --no-config --cached-only --node-modules-dir=manual -A';

interface Runtime {
  readonly program: string | undefined;
  readonly args?: readonly string[];
  /** The option that loads a file before the application. */
  readonly preload: string;
  /** Where a bare name is not taken. */
  readonly entry?: string;
}

const RUNTIMES: Readonly<Record<string, Runtime>> = {
  'Node 22': { program: findNode(22), preload: '--import' },
  'Node 24': { program: process.execPath, preload: '--import' },
  'Node 26': { program: findNode(26), preload: '--import' },
  Bun: { program: findProgram('bun'), preload: '--preload' },
  Deno: {
    program: findProgram('deno'),
    args: DENO.split(' '),
    preload: '--preload',
    entry: './node_modules/@grump/llm-otel-sdk/dist/register.js',
  },
};
const FORMATS = { 'ES modules': 'cell.mjs', CommonJS: 'cell.cjs' };
const WAYS = ['by hand', 'zero code'];
/** Who counts both calls, where another SDK comes before ours, after it, or not at all. */
const COUNTED = {
  'no other SDK': { ours: 2, other: 0 },
  before: { ours: 0, other: 2 },
  after: { ours: 2, other: 0 },
};

let app: AppFolder;
let nim: MockNim;
beforeAll(async () => {
  [app, nim] = await Promise.all([createAppFolder(), startMockNim()]);
});
afterAll(async () => {
  await Promise.all([app?.remove(), nim?.close()]);
});

const CELLS = Object.keys(RUNTIMES).flatMap((runtime) =>
  Object.entries(FORMATS).flatMap(([format, file]) =>
    WAYS.flatMap((how) =>
      Object.entries(COUNTED).map(([other, counted]) => ({ runtime, format, file, how, other, counted })),
    ),
  ),
);

describe.concurrent('a call is counted once', () => {
  test.for(CELLS)('under $runtime in $format, $how, $other', { timeout: 90_000 }, async (cell, { skip }) => {
    const { program, args = [], preload, entry = ENTRY } = RUNTIMES[cell.runtime]!;
    if (program === undefined) return skip(`this machine does not have ${cell.runtime}`);
    const files = [...(cell.other === 'before' ? ['./other.cjs'] : []), ...(cell.how === 'zero code' ? [entry] : [])];
    const preloads = files.flatMap((file) => [preload, file]);
    const env = { BASE_URL: nim.baseURL, HOW: cell.how, OTHER: cell.other };
    const quiet = { OTEL_EXPORTER_PROMETHEUS_PORT: '0', OTEL_LOG_LEVEL: 'none' };
    expect(await app.run(program, [...args, ...preloads, cell.file], { ...env, ...quiet })).toEqual(cell.counted);
  });
});

test('the document has a row for each runtime', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../../docs/zero-code.md', import.meta.url)), 'utf8');
  const rows = [...page.matchAll(/^\| (Node \d+|Bun|Deno) \| yes .*$/gm)].map(([row]) =>
    row.split('|').map((cell) => cell.trim()),
  );
  expect(rows.map(([, runtime, ...cells]) => [runtime, cells.slice(0, 4)])).toEqual(
    Object.keys(RUNTIMES).map((runtime) => [runtime, Array(4).fill('yes')]),
  );
});
