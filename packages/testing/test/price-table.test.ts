import { mkdir, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildResult, build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MockNim, startMockNim } from '../src/index.ts';
import { installPackedApp, type PackedApp } from './packed/app.ts';

const PACKAGE = '@pydantic/genai-prices';
const USAGE = { prompt_tokens: 1_000_000, completion_tokens: 0, total_tokens: 1_000_000 };

let app: PackedApp;
let nim: MockNim;

beforeAll(async () => {
  [app, nim] = await Promise.all([installPackedApp(), startMockNim({ respond: { tokens: 1, usage: USAGE } })]);
});

afterAll(async () => {
  await Promise.all([app?.remove(), nim?.close()]);
});

/** As an application for servers is bundled: one file, with the wrapper in it. */
function bundle(entry: string, outfile: string): Promise<BuildResult> {
  return build({
    absWorkingDir: app.folder,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: outfile.endsWith('.cjs') ? 'cjs' : 'esm',
    external: ['openai', '@opentelemetry/*'],
    logLevel: 'silent',
  });
}

const CALLERS = ['priced-esm.mjs', 'priced-commonjs.cjs'];
const run = (file: string): Promise<unknown> => app.run(process.execPath, [file], nim.baseURL);

describe('without the price table', () => {
  test.each(CALLERS)('%s runs, and its calls have no price', async (file) => {
    expect(await run(file)).toEqual({ none: 1 });
  });

  test.each(CALLERS)('%s is bundled without a word, and runs', async (file) => {
    const { errors, warnings } = await bundle(file, `without-${file}`);
    expect([...errors, ...warnings]).toEqual([]);
    expect(await run(`without-${file}`)).toEqual({ none: 1 });
  });
});

describe('where the price table was installed', () => {
  const place = () => join(app.folder, 'node_modules', PACKAGE);

  beforeAll(async () => {
    const installed = fileURLToPath(new URL(`../../core/node_modules/${PACKAGE}`, import.meta.url));
    await mkdir(dirname(place()));
    await symlink(await realpath(installed), place());
  });

  test.each(CALLERS)('%s finds it', async (file) => {
    expect(await run(file)).toEqual({ table: 2.5 });
  });

  test('bundles have it in them', async () => {
    for (const file of CALLERS) {
      const { errors, warnings } = await bundle(file, `with-${file}`);
      expect([...errors, ...warnings]).toEqual([]);
    }
    await rm(place());
    for (const file of CALLERS) expect(await run(`with-${file}`)).toEqual({ table: 2.5 });
  });
});
