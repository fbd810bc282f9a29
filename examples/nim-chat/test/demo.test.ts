import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { MODELS } from '../src/models.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const SERIES = [
  ['llm_time_to_first_token_seconds', 'histogram'],
  ['llm_tokens_per_second', 'histogram'],
  ['llm_stream_duration_seconds', 'histogram'],
  ['llm_tokens_total', 'counter'],
];

// Runs what `npm run demo` runs, against the built packages.
test('the demo ends by itself, with figures in every column and the four series', { timeout: 30_000 }, async () => {
  const env = { ...process.env, NIM_BASE_URL: '', COLUMNS: '160' };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, '--seconds', '4'], { env });
  expect(stderr).toBe('');
  const lines = stdout.split('\n');
  for (const model of [...MODELS.map(({ id }) => id), 'all models']) {
    const row = lines.findLast((line) => line.startsWith(`${model} `)) ?? '';
    const cells = row.slice(model.length).trim().split(/ +/);
    expect(cells, row).toHaveLength(11);
    for (const cell of cells) expect(cell, row).toMatch(/[1-9]/);
  }
  for (const [name, type] of SERIES) expect(lines).toContain(`# TYPE ${name} ${type}`);
  expect(stdout).toMatch(/http:\/\/localhost:\d+\/metrics/);
});
