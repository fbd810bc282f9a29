import { type MockNim, startMockNim } from '@grump/llm-otel-testing';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type AppFolder, createAppFolder, findNode, findProgram, hasAnthropic } from './folder';

const ENTRY = '@grump/llm-otel-sdk/register';
const FILE = './node_modules/@grump/llm-otel-sdk/dist/register.js';
const DENO = 'run --no-config --cached-only --node-modules-dir=manual -A --preload';

/** How each runtime is told, before the application's file. */
const RUNTIMES: readonly (readonly [name: string, program: string | undefined, args: readonly string[]])[] = [
  ['node --import', process.execPath, ['--import', ENTRY]],
  ['node --require', process.execPath, ['--require', ENTRY]],
  ['node 22 --import', findNode(22), ['--import', ENTRY]],
  ['node 26 --import', findNode(26), ['--import', ENTRY]],
  ['bun --preload', findProgram('bun'), ['--preload', ENTRY]],
  ['deno --preload', findProgram('deno'), [...DENO.split(' '), FILE]],
];

let app: AppFolder;
let nim: MockNim;

beforeAll(async () => {
  [app, nim] = await Promise.all([createAppFolder(), startMockNim()]);
});

afterAll(async () => {
  await Promise.all([app?.remove(), nim?.close()]);
});

const run = (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  app.run(program, args, { BASE_URL: nim.baseURL, OTEL_EXPORTER_PROMETHEUS_PORT: '0', OTEL_LOG_LEVEL: 'none', ...env });

const compatible = (...names: string[]) => Object.fromEntries(names.map((name) => [`${name} openai-compatible`, 2]));
const ALL = {
  ...compatible('OpenAI4', 'OpenAI5', 'OpenAI6', 'OpenAI7', 'Mine'),
  'Azure4 azure': 2,
  'Azure7 azure': 2,
};

describe.each(RUNTIMES)('%s', (_name, program, args) => {
  it.for(['esm.mjs', 'commonjs.cjs'])('counts each call of every major once in %s', async (file, { skip }) => {
    if (program === undefined) return skip('this machine does not have that runtime');
    expect(await run(program, [...args, file])).toEqual({ counted: ALL, odd: [] });
  });
});

const node = (args: readonly string[], env?: Readonly<Record<string, string>>) => run(process.execPath, args, env);

test('both copies of the client in one process are counted', async () => {
  expect(await node(['--import', ENTRY, 'both.mjs'])).toEqual({ counted: compatible('Module', 'CommonJS'), odd: [] });
});

test('a client that is wrapped by hand as well counts once, by the options of the hand', async () => {
  expect(await node(['--import', ENTRY, 'by-hand.mjs'])).toEqual({ counted: { 'OpenAI nvidia-nim': 2 }, odd: [] });
});

test('a client that is wrapped by hand with the other copy counts once', async () => {
  const result = await node(['--import', ENTRY, 'by-hand.mjs'], { COPY: 'other' });
  expect(result).toEqual({ counted: compatible('OpenAI'), odd: [] });
});

describe.skipIf(!hasAnthropic)("Anthropic's clients (skipped where packages/anthropic is not built)", () => {
  it.for([
    ['node', 'anthropic.mjs'],
    ['node', 'anthropic.cjs'],
    ['bun', 'anthropic.mjs'],
    ['bun', 'anthropic.cjs'],
  ])('count each call of every major once under %s in %s', async ([runtime, file], { skip }) => {
    const [, program, args] = RUNTIMES.find(([name]) => name.startsWith(runtime!))!;
    if (program === undefined) return skip('this machine does not have that runtime');
    const env = { BASE_URL: nim.baseURL.replace(/\/v1$/, '') };
    const names = ['Anthropic030', 'Anthropic060', 'Anthropic1', 'Mine'];
    expect(await run(program, [...args, file!], env)).toEqual({
      counted: Object.fromEntries(names.map((name) => [`${name} anthropic`, 2])),
      odd: [],
    });
  });
});

test('without the entry nothing is wrapped', async () => {
  expect(await node(['esm.mjs'])).toEqual({ counted: {}, odd: [] });
});

test('OTEL_SDK_DISABLED leaves the clients alone', async () => {
  expect(await node(['--import', ENTRY, 'esm.mjs'], { OTEL_SDK_DISABLED: 'true' })).toEqual({ counted: {}, odd: [] });
});

test('another SDK that was there first gets what is measured', async () => {
  const result = await node(['--import', './other-sdk.mjs', '--import', ENTRY, 'beside.mjs']);
  expect(result).toEqual({ counted: compatible('OpenAI'), odd: [] });
});
