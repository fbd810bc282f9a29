import { execFile } from 'node:child_process';
import { cp, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const packages = fileURLToPath(new URL('../../..', import.meta.url));
const callers = fileURLToPath(new URL('.', import.meta.url));
const linked = ['openai', '@opentelemetry/api', '@opentelemetry/sdk-metrics'];
const execute = promisify(execFile);

/** What the last client of `scenario.mjs` saw, and `outcome: count` of each series that was counted. */
export interface ScenarioResult {
  readonly plain: string;
  readonly streamed: string;
  /** `llm_requests_total`. */
  readonly requests: readonly string[];
  /** `llm_request_duration_seconds`. */
  readonly durations: readonly string[];
}

/** What is to be seen of the mock's default answer when every one of so many calls is counted once. */
export function watched(calls: number): ScenarioResult {
  const counted = [`ok: ${calls}`];
  return { plain: 'Hello there!', streamed: 'Hello there!', requests: counted, durations: counted };
}

/** A folder where a user installed the packed core and openai. */
export interface PackedApp {
  readonly folder: string;
  /** Runs a command in it, with the server's address in `BASE_URL`, and reads the line it prints. */
  run(command: string, args: readonly string[], baseURL: string): Promise<ScenarioResult>;
  remove(): Promise<void>;
}

/** Packs what is built and installs the tarballs offline; the client and the SDK are those of this repository. */
export async function installPackedApp(): Promise<PackedApp> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'llm-otel-app-')));
  const core = await pack('core', folder);
  const openai = await pack('openai', folder);
  const links = await Promise.all(linked.map(async (name) => [name, `link:${await installed(name)}`] as const));
  const dependencies = { ...Object.fromEntries(links), '@grump/llm-otel-openai': openai };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const overrides = { '@grump/llm-otel-core': core };
  await writeFile(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ nodeLinker: 'hoisted', overrides }));
  await execute('pnpm', ['install', '--offline'], { cwd: folder });
  await cp(callers, folder, { recursive: true });
  return {
    folder,
    run: async (command, args, baseURL) => {
      const env = { ...process.env, BASE_URL: baseURL };
      const { stdout } = await execute(command, args, { cwd: folder, env });
      return JSON.parse(stdout);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Where the repository has it: the client in the openai package, OpenTelemetry in this one. */
const installed = (name: string): Promise<string> =>
  realpath(join(packages, name.startsWith('@') ? 'testing' : 'openai', 'node_modules', name));

async function pack(name: string, folder: string): Promise<string> {
  const cwd = join(packages, name);
  await realpath(join(cwd, 'dist/index.cjs')).catch(() => {
    throw new Error(`packages/${name} is not built; run \`pnpm build\` first`);
  });
  const { stdout } = await execute('pnpm', ['pack', '--json', '--pack-destination', folder], { cwd });
  return `file:${JSON.parse(stdout).filename}`;
}
