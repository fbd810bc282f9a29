import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished, type TestContext } from 'vitest';

/** Drivers that the fake library is built as. */
export type Driver = 470 | 535 | 550 | 1300;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** What is compiled and bundled; below the package, so that bundles find koffi. */
const cache = here('../../node_modules/.cache');

/** Skips the test, with the reason in the report and in the log, where there is no C compiler. */
export function needsCompiler(context: TestContext): void {
  if (spawnSync('cc', ['--version']).status === 0) return;
  const reason = "'cc --version' does not work here (apt-get install gcc libc6-dev)";
  console.info(`skipped: ${context.task.name}: ${reason}`);
  context.skip(reason);
}

/** Compiles a C file beside the tests, once for all of them. */
export function compile(source: string, name: string, flags: readonly string[]): string {
  const folder = here('../fake-nvml');
  const hash = createHash('sha256').update(flags.join());
  for (const file of [source, 'json.h']) hash.update(readFileSync(join(folder, file)));
  const output = join(cache, `${hash.digest('hex').slice(0, 12)}-${name}`);
  if (existsSync(output)) return output;
  mkdirSync(cache, { recursive: true });
  const parameters = ['-O2', ...flags, '-o', `${output}.${process.pid}`, join(folder, source)];
  const { status, stderr } = spawnSync('cc', parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  renameSync(`${output}.${process.pid}`, output);
  return output;
}

/** Bundles a source file of the package into one file, which another test may be running meanwhile. */
export async function bundle(name: string, external: readonly string[]): Promise<string> {
  const output = join(cache, `${name}.mjs`);
  const { outputFiles } = await build({
    entryPoints: [here(`../../src/${name}.ts`)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    external: ['koffi', ...external],
    alias: {
      '@grump/llm-otel-prometheus': here('../../../prometheus/src/index.ts'),
      '@grump/llm-otel-core': here('../../../core/src/index.ts'),
    },
    define: { 'import.meta.url': `"${pathToFileURL(output)}"` },
  });
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${output}.${process.pid}`, outputFiles[0]?.text.replaceAll('helper.js', 'helper.mjs') ?? '');
  renameSync(`${output}.${process.pid}`, output);
  return output;
}

/** The fake NVML library as this driver would have it. */
export const fakeLibrary = (driver: Driver = 550): string =>
  compile('fake-nvml.c', `libnvidia-ml-${driver}.so.1`, ['-shared', '-fPIC', `-DDRIVER=${driver}`]);

let helper: Promise<string> | undefined;

/** The helper in one file, as it is built for the package. */
export function helperFile(): Promise<string> {
  helper ??= bundle('helper', []);
  return helper;
}

/** What the fake library reads; see `fake-nvml.c`. */
export type World = Record<string, unknown>;

/** A machine with a fake NVIDIA driver: a root folder, the file that the fake reads, and its log. */
export class FakeMachine {
  readonly root: string = mkdtempSync(join(tmpdir(), 'llm-otel-gpu-root-'));
  readonly #file = join(this.root, 'nvml.json');
  readonly #log = join(this.root, 'calls.log');

  constructor(world: World) {
    this.write('proc/driver/nvidia/version', 'NVRM version: fake');
    this.set(world);
    process.env.FAKE_NVML = this.#file;
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }));
  }

  /** Replaces what the library reads, at once. */
  set(world: World): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify({ ...world, log: this.#log }));
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** Writes a file below the root. */
  write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }

  /** The calls so far: function and device, -1 where it is about none. */
  calls(): { name: string; device: number }[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, 'utf8').trim().split('\n').filter(Boolean);
    return lines.map((line) => ({ name: line.split(' ')[0] as string, device: Number(line.split(' ')[1]) }));
  }
}
