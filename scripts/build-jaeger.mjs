// node scripts/build-jaeger.mjs
// Builds Jaeger into .cache/jaeger, where the tests of docs/ find it. Needs Go, and a quarter of an hour.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The newest one all of whose Go modules can be had. */
const VERSION = 'v1.62.0';
const PROGRAM = 'github.com/jaegertracing/jaeger/cmd/all-in-one';

if (spawnSync('go', ['version']).status !== 0) {
  console.error('Go is missing: get it from https://go.dev/dl. Without Jaeger its test is skipped.');
  process.exit(1);
}
const folder = resolve('.cache/jaeger');
const work = mkdtempSync(join(tmpdir(), 'jaeger-'));
mkdirSync(folder, { recursive: true });
const go = (...args) => execFileSync('go', args, { cwd: work, stdio: 'inherit' });
go('mod', 'init', 'build');
go('get', `${PROGRAM}@${VERSION}`);
go('build', '-ldflags=-s -w', '-o', join(folder, 'jaeger'), PROGRAM);
rmSync(work, { recursive: true });
