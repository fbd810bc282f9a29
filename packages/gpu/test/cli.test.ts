import { spawn, spawnSync } from 'node:child_process';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { bundle, FakeMachine, fakeLibrary, helperFile, needsCompiler } from './support/fake';
import { machine } from './support/worlds';

let cli: string;

beforeAll(async () => {
  cli = await bundle('cli', ['@opentelemetry/*']);
  await helperFile();
});

const environment = ({ root }: { root: string }) => ({
  ...process.env,
  LLM_OTEL_GPU_ROOT: root,
  LLM_OTEL_NVML_LIBRARY: fakeLibrary(),
});

const run = (env: NodeJS.ProcessEnv, ...parameters: string[]) =>
  spawnSync(process.execPath, [cli, ...parameters], { env, encoding: 'utf8' });

test('--once prints a table and ends with 0', (context) => {
  needsCompiler(context);
  const { stdout, status } = run(environment(new FakeMachine(machine(2))), '--once');
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    'GPU  Name                   State  Use   Memory    of        Temp.  Power  Limit  Clock     Fan',
    '0    NVIDIA A100-SXM4-80GB  ok     10 %  39.5 GiB  80.0 GiB  50 °C  123 W  400 W  1410 MHz  60 %',
    '1    NVIDIA A100-SXM4-80GB  ok     11 %  38.5 GiB  80.0 GiB  51 °C  123 W  400 W  1411 MHz  61 %',
  ]);
  expect(status).toBe(0);
});

test('without a GPU it says so in one line and ends with 1', () => {
  const { stdout, stderr, status } = run({ ...process.env, LLM_OTEL_GPU_ROOT: '/nonexistent' }, '--once');
  expect([stdout, stderr, status]).toEqual(['', 'dormant: there is no GPU driver on this machine\n', 1]);
});

test.each([
  [['--nonsense'], 2, 'Usage: llm-otel-gpu'],
  [['--once', '--conventions', 'dcgm'], 1, "got conventions 'dcgm'; allowed is gpu, hw, both"],
  [['--once', '--interval', 'x'], 1, 'got intervalMillis NaN'],
])('%j is refused', (parameters, code, message) => {
  const { stderr, status } = run(process.env, ...parameters);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(code);
});

test('--serve answers on /metrics until it is told to end', async (context) => {
  needsCompiler(context);
  const child = spawn(process.execPath, [cli, '--serve', '0'], { env: environment(new FakeMachine(machine(1))) });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
  const [url = ''] = /http\S+/.exec(said) ?? [];
  let page = '';
  for (let tries = 0; tries < 100 && !page.includes('gpu_collector_up'); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    page = await (await fetch(url)).text();
  }
  expect(page).toContain('gpu_collector_up 1\n');
  expect(page).toMatch(/^gpu_power_usage_watts\{.*\} 123\.456$/m);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
