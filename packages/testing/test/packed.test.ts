import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MockNim, startMockNim } from '../src/index.ts';
import { installPackedApp, type PackedApp, watched } from './packed/app.ts';

let app: PackedApp;
let nim: MockNim;

beforeAll(async () => {
  [app, nim] = await Promise.all([installPackedApp(), startMockNim()]);
});

afterAll(async () => {
  await Promise.all([app?.remove(), nim?.close()]);
});

test.each([
  ['an ES module', 'esm.mjs', 2],
  ['a CommonJS module', 'commonjs.cjs', 2],
  ['a process that loads both formats, one client wrapped by both', 'both.mjs', 4],
])('the packed packages count each call of %s once', async (_caller, file, calls) => {
  expect(await app.run(process.execPath, [file], nim.baseURL)).toEqual(watched(calls));
});
