import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const packages = fileURLToPath(new URL('../../..', import.meta.url));
const programs = fileURLToPath(new URL('programs', import.meta.url));
const execute = promisify(execFile);

/** What lies in the application's `node_modules`, and where this repository has it. */
const LINKS: Readonly<Record<string, string>> = {
  '@grump/llm-otel-core': 'core',
  '@grump/llm-otel-openai': 'openai',
  '@grump/llm-otel-sdk': 'sdk',
  '@opentelemetry/api': 'sdk/node_modules/@opentelemetry/api',
  '@opentelemetry/sdk-metrics': 'sdk/node_modules/@opentelemetry/sdk-metrics',
  openai: 'openai/node_modules/openai',
  'openai-4': 'openai/node_modules/openai-4',
  'openai-5': 'openai/node_modules/openai-5',
  'openai-6': 'openai/node_modules/openai-6',
};

/** Where the repository has that package. */
const ANTHROPIC: Readonly<Record<string, string>> = {
  '@grump/llm-otel-anthropic': 'anthropic',
  '@anthropic-ai/sdk': 'anthropic/node_modules/@anthropic-ai/sdk',
  'anthropic-0-30': 'anthropic/node_modules/anthropic-0-30',
  'anthropic-0-60': 'anthropic/node_modules/anthropic-0-60',
};

export const hasAnthropic: boolean = existsSync(join(packages, 'anthropic/dist/index.js'));

/** A folder with an application that has the built packages and every major of the client. */
export interface AppFolder {
  /** Runs a command in it and gives what it prints, as JSON. */
  run(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<unknown>;
  /** Writes a file into it. */
  write(path: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

export async function createAppFolder(): Promise<AppFolder> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'llm-otel-zero-')));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await cp(programs, folder, { recursive: true });
  await write('package.json', '{ "private": true }');
  const links = { ...LINKS, ...(hasAnthropic && ANTHROPIC) };
  for (const [name, source] of Object.entries(links)) await link(join(folder, 'node_modules', name), source);
  return {
    write,
    run: async (command, args, env) => {
      const { stdout } = await execute(command, args, { cwd: folder, env: { ...process.env, ...env } });
      return JSON.parse(stdout);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

async function link(path: string, source: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(await realpath(join(packages, source)), path);
}

/** A program that the repository installs, or `undefined` where it does not run on this machine. */
export const findProgram = (name: string): string | undefined => runs(`testing/node_modules/.bin/${name}`);

/** Another Node that the repository installs, by its major version. */
export const findNode = (major: number): string | undefined =>
  runs(`testing/nodes/node_modules/node-${major}/bin/node`);

function runs(name: string): string | undefined {
  const path = join(packages, name);
  return spawnSync(path, ['--version']).status === 0 ? path : undefined;
}
