import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { bundle, type FakeMachine, fakeLibrary, helperFile } from './fake';
import { until } from './measure';

/**
 * Runs an application of its own with a meter, waits until its driver hangs, and ends it. Resolves with the milliseconds that
 * this took; rejects if a helper outlives it.
 */
export async function runApp(machine: FakeMachine, how: string): Promise<number> {
  const outfile = await bundle('index', ['@opentelemetry/*']);
  const options = { root: machine.root, library: fakeLibrary(), helperPath: await helperFile(), intervalMillis: 100 };
  const code = `
    const { startGpuMeter } = await import(${JSON.stringify(outfile)});
    startGpuMeter(${JSON.stringify(options)});
    const stay = setInterval(() => {}, 1000);
    process.on('message', (how) => {
      process.channel.unref();
      if (how === 'process.exit()') process.exit(0);
      if (how === 'natural end') { clearInterval(stay); process.disconnect(); }
    });
    process.send('ready');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await new Promise((resolve) => child.once('message', resolve));
  await until(
    () => machine.calls().some(({ name, device }) => name === 'nvmlDeviceGetPowerUsage' && device === 1),
    10_000,
  );
  if (helpersOf(machine).length !== 1) throw new Error('there is no helper');
  const start = performance.now();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (how === 'SIGTERM') child.kill('SIGTERM');
  else child.send(how);
  await ended;
  const millis = performance.now() - start;
  await until(() => helpersOf(machine).length === 0);
  return millis;
}

/** Process ids of the helpers of this machine. */
export function helpersOf({ root }: Pick<FakeMachine, 'root'>): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`helper.mjs\0{"root":"${root}"`);
      } catch {
        return false;
      }
    })
    .map(Number);
}
