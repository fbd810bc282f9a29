import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '@grump/llm-otel-testing';

export const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The Collector that `node scripts/collector.mjs` built; `undefined` where it was not. */
export const COLLECTOR: string | undefined = globSync(path('../../.cache/collector/*/otelcol'))[0];

/** The configurations on the page about backends; the first line of each says what it is. */
export const blocks: readonly { kind: string; title: string; yaml: string }[] = [
  ...readFileSync(path('../backends.md'), 'utf8').matchAll(/```yaml\n# (\w+)(?:: (.*))?\n([\s\S]*?)```/g),
].map(([, kind, title, yaml]) => ({ kind: kind!, title: title ?? '', yaml: yaml! }));

const folder: string = mkdtempSync(join(tmpdir(), 'llm-otel-backends-'));
export const removeFolder = (): void => rmSync(folder, { recursive: true });

/** A file in the folder. */
export function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** A program that is ready once it has said `ready`; the end of what it said where it ends before that. */
export async function start(command: string, args: readonly string[], ready: string, env = {}): Promise<ChildProcess> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(said.slice(-5).join('\n'))));
    for (const output of [child.stdout, child.stderr])
      createInterface(output).on('line', (line) => {
        said.push(line);
        if (line.includes(ready)) resolve();
      });
  });
  return child;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.kill()) await once(child, 'exit');
}

/** Runs the Collector with a configuration of the page, with the backend at `to` in place of the host it names. */
export async function startCollector(
  title: string,
  to: Readonly<Record<string, string>>,
): Promise<[ChildProcess, string]> {
  const port = await freePort();
  let { yaml } = blocks.find((block) => block.kind === 'collector' && block.title.includes(title))!;
  for (const [from, place] of Object.entries({ ...to, '0.0.0.0:4318': `127.0.0.1:${port}` }))
    yaml = yaml.replace(from, place);
  yaml = yaml.replace('service:\n', 'service:\n  telemetry: { metrics: { level: none } }\n');
  const child = await start(COLLECTOR!, ['--config', write(`${title}.yaml`, yaml)], 'Everything is ready');
  return [child, `http://127.0.0.1:${port}`];
}
