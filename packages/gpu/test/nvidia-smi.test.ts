import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { NvidiaSmiSource } from '../src/nvidia-smi';
import { createSession } from '../src/session';

const MIB = 1024 ** 2;

/** A machine with a driver and with a shell script in place of the program. */
function machine(script: string | undefined): string {
  const root = mkdtempSync(join(tmpdir(), 'llm-otel-smi-'));
  mkdirSync(join(root, 'dev'));
  writeFileSync(join(root, 'dev/nvidiactl'), '');
  if (script !== undefined) {
    writeFileSync(join(root, 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(root, 'nvidia-smi'), 0o755);
  }
  const before = process.env.PATH;
  process.env.PATH = script === undefined ? root : `${root}${delimiter}${before}`;
  onTestFinished(() => {
    process.env.PATH = before;
    rmSync(root, { recursive: true, force: true });
  });
  return root;
}

const LINE =
  '0, GPU-1, 535.183.06, 37, 12, 81559, 1234, 80325, 41, [N/A], 71.05, 700.00, 1980, 2619, [N/A], 0, [Not Supported], NVIDIA H100, 80GB';

test('what it prints, in our units; what it does not know is absent, not 0', async () => {
  const reading = await new NvidiaSmiSource(machine(`echo '${LINE}'`), 1000).poll();
  expect(reading).toMatchObject({ state: 'up', source: 'nvidia-smi' });
  expect(reading.devices).toEqual([
    {
      index: '0',
      uuid: 'GPU-1',
      name: 'NVIDIA H100, 80GB',
      vendor: 'NVIDIA',
      driverVersion: '535.183.06',
      state: 'ok',
      values: {
        utilization: 37,
        memoryControllerUtilization: 12,
        memoryTotal: 81559 * MIB,
        memoryUsed: 1234 * MIB,
        memoryFree: 80325 * MIB,
        memoryUsedRatio: 1234 / 81559,
        temperature: 41,
        power: 71.05,
        powerLimit: 700,
        smClock: 1980e6,
        memoryClock: 2619e6,
        encoderUtilization: 0,
        ok: 1,
        failed: 0,
        suspended: 0,
      },
    },
  ]);
});

test('a column that an old version does not know is left out', async () => {
  const script = `case "$1" in
    *utilization.encoder*) echo 'Field "utilization.encoder" is not a valid field to query.'; exit 2;;
    *utilization.decoder*) echo 'Field "utilization.decoder" is not a valid field to query.'; exit 2;;
    *) echo '0, GPU-1, 470.1, 37, 12, 100, 10, 90, 41, 50, 71.05, 700.00, 1980, 2619, 30, Tesla';;
  esac`;
  const source = new NvidiaSmiSource(machine(script), 1000);
  const { devices } = await source.poll();
  expect(devices[0]).toMatchObject({ name: 'Tesla', values: { fanSpeed: 30, memoryTemperature: 50 } });
});

test.each([
  ['exit 9', 'down', 'nvidia-smi failed'],
  [undefined, 'dormant', 'nvidia-smi is not here'],
])('%s: %s', async (script, state, reason) => {
  const reading = await new NvidiaSmiSource(machine(script), 1000).poll();
  expect(reading.state).toBe(state);
  expect(reading.reason).toContain(reason);
});

test('one that hangs is killed, and none is started beside it', async () => {
  const source = new NvidiaSmiSource(machine('exec sleep 60'), 100);
  const reading = await source.poll();
  expect(reading).toMatchObject({ state: 'down', reason: 'nvidia-smi did not answer within 100 ms', devices: [] });
});

test('it stands in where NVML can not be had, and both reasons are told where it can not either', async () => {
  const settings = {
    processes: false,
    pods: false,
    pcieThroughput: false,
    holdDriver: 'always',
    timeoutMillis: 1000,
  } as const;
  const noNvml = async () => Promise.reject(new Error('koffi is missing'));
  const read = async (script: string | undefined) =>
    (await createSession({ root: machine(script), ...settings }, noNvml).poll()).sources[0];
  expect(await read(`echo '${LINE}'`)).toMatchObject({ source: 'nvidia-smi', state: 'up' });
  expect(await read(undefined)).toMatchObject({
    source: 'nvml',
    state: 'dormant',
    reason: 'koffi is missing; nvidia-smi is not here',
  });
});
