// node scripts/build-prometheus.mjs
// Builds Prometheus 3 into .cache/prometheus-3, where the tests of packages/prometheus find it. Needs Go, and ten minutes.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Prometheus 3.16.0: its Go module counts from 0.300. */
const MODULE = 'github.com/prometheus/prometheus@v0.316.0';

if (spawnSync('go', ['version']).status !== 0) {
  console.error('Go is missing: get it from https://go.dev/dl. Without Prometheus 3 its tests are skipped.');
  process.exit(1);
}
const folder = resolve('.cache/prometheus-3');
const sources = join(tmpdir(), 'prometheus-3-sources');
const { Dir } = JSON.parse(
  execFileSync('go', ['mod', 'download', '-json', MODULE], { cwd: tmpdir(), encoding: 'utf8' }),
);
mkdirSync(folder, { recursive: true });
rmSync(sources, { recursive: true, force: true });
cpSync(Dir, sources, { recursive: true });
execFileSync('chmod', ['-R', 'u+w', sources]);
for (const program of ['prometheus', 'promtool']) {
  // Without service discovery, which is most of what there is to compile.
  execFileSync('go', ['build', '-tags', 'netgo,remove_all_sd', '-o', join(folder, program), `./cmd/${program}`], {
    cwd: sources,
    env: { ...process.env, GOWORK: 'off', GOFLAGS: '-buildvcs=false' },
    stdio: 'inherit',
  });
}
rmSync(sources, { recursive: true, force: true });
