// node scripts/zipkin.mjs
// Brings a real Zipkin into .cache/zipkin, where the tests of docs/ find it. Needs Maven, and Java 17 or newer to run it.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

const VERSION = '3.5.1';

if (spawnSync('mvn', ['--version']).status !== 0) {
  console.error('Maven is missing: get it from https://maven.apache.org. Without Zipkin its test is skipped.');
  process.exit(1);
}
const folder = resolve('.cache/zipkin');
mkdirSync(folder, { recursive: true });
const artifact = `-Dartifact=io.zipkin:zipkin-server:${VERSION}:jar:exec`;
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
execFileSync('mvn', ['--quiet', `${plugin}:copy`, artifact, `-DoutputDirectory=${folder}`], { stdio: 'inherit' });
