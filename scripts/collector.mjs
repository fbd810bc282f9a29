// node scripts/collector.mjs
// Builds the OpenTelemetry Collector of collector/builder.yaml from its Go modules into .cache/collector, once; minutes.
// Without Go, or where the modules cannot be had, it says so: the tests that need the Collector are skipped then.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = readFileSync(join(root, 'scripts/collector/builder.yaml'), 'utf8');
const version = /^ {2}version: (\S+)$/m.exec(manifest)[1];
const name = `${version}-${createHash('sha256').update(manifest).digest('hex').slice(0, 8)}`;
const folder = join(root, '.cache/collector', name);

// Where the Collector is, or will be.
const collector = join(folder, 'otelcol');
const failure = join(folder, 'failed');

const hasGo = () => spawnSync('go', ['version']).status === 0;

/** Builds the Collector unless it is there; a build that failed is not tried again until its folder is deleted. */
export async function buildCollector() {
  if (existsSync(collector) || existsSync(failure)) return;
  if (!hasGo()) {
    console.log('OpenTelemetry Collector: not built, since Go is missing; its tests are skipped.');
    return;
  }
  const work = `${folder}.work`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(
    join(work, 'builder.yaml'),
    manifest.replace('\nreceivers:', `\n  output_path: ${join(work, 'out')}\nreceivers:`),
  );
  const builder = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
  const command = ['go', 'run', builder, `--config=${join(work, 'builder.yaml')}`, '--ldflags=-s -w'];
  const code = await attempt(`OpenTelemetry Collector ${version}, from its Go modules`, command);
  mkdirSync(folder, { recursive: true });
  if (code === 0) renameSync(join(work, 'out/otelcol'), collector);
  else writeFileSync(failure, 'Delete this folder to have the build tried again.\n');
  rmSync(work, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildCollector();
