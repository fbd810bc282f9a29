import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MockNim, startMockNim } from '../src/index.ts';
import { installPackedApp, type PackedApp, watched } from './packed/app.ts';

const denoFlags = '--no-config --cached-only --node-modules-dir=manual --allow-net=127.0.0.1 --allow-env --allow-read';

/** How each runtime is started, after its name. */
const runtimes: Readonly<Record<string, string>> = {
  bun: 'run --no-install esm.mjs',
  deno: `run ${denoFlags} esm.mjs`,
  workerd: 'test --verbose workerd.capnp',
};

const binary = (name: string): string => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

let app: PackedApp;
let nim: MockNim;

beforeAll(async () => {
  [app, nim] = await Promise.all([installPackedApp(), startMockNim()]);
  await bundleWorker(app.folder);
});

afterAll(async () => {
  await Promise.all([app?.remove(), nim?.close()]);
});

test.for(Object.entries(runtimes))(
  'the packed packages count each call under %s once',
  async ([name, start], { skip }) => {
    const command = binary(name);
    if (spawnSync(command, ['--version']).status !== 0) skip(`${name} does not run on this machine`);
    expect(await app.run(command, start.split(' '), nim.baseURL)).toEqual(watched(2));
  },
);

/** As a bundler for the edge does, which resolves the browser builds. */
async function bundleWorker(folder: string): Promise<void> {
  await build({
    entryPoints: [join(folder, 'worker.mjs')],
    outfile: join(folder, 'worker.bundle.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
  });
}
