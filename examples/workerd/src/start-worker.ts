import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));

interface Wrangler {
  readonly main: string;
  readonly compatibility_date: string;
  readonly compatibility_flags: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
}

export interface RunningWorker {
  readonly url: string;
  /** What it has written to the console. */
  readonly said: readonly string[];
  stop(): Promise<void>;
}

/** Bundles the Worker as `wrangler` does and runs it in `workerd`, with the settings of `wrangler.json` and `vars` over its own. */
export async function startWorker(vars: Wrangler['vars'] = {}): Promise<RunningWorker> {
  const wrangler: Wrangler = JSON.parse(await readFile(path('wrangler.json'), 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'llm-otel-worker-'));
  await build({
    entryPoints: [path(wrangler.main)],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    logLevel: 'error',
  });
  await writeFile(join(folder, 'config.capnp'), configOf({ ...wrangler, vars: { ...wrangler.vars, ...vars } }));
  const child = spawn(path('node_modules/.bin/workerd'), ['serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const output of [child.stdout, child.stderr]) createInterface(output!).on('line', (line) => said.push(line));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    await rm(folder, { recursive: true });
  };
  for await (const line of createInterface(child.stdio[3] as NodeJS.ReadableStream)) {
    const { event, port } = JSON.parse(line) as { event: string; port: number };
    if (event === 'listen') return { url: `http://127.0.0.1:${port}`, said, stop };
  }
  await stop();
  throw new Error(`workerd did not start: ${said.join('\n')}`);
}

const configOf = (wrangler: Wrangler): string => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "local"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  bindings = [${Object.entries(wrangler.vars).map(([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`)}],
  compatibilityDate = "${wrangler.compatibility_date}",
  compatibilityFlags = [${wrangler.compatibility_flags.map((flag) => `"${flag}"`)}],
);
`;
