import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { NvmlApi } from '../src/nvml/api';
import { CODE } from '../src/nvml/codes';
import { hasNvidiaDriver, openNvml } from '../src/nvml/library';
import type { NvmlFunction } from '../src/nvml/prototypes';
import { createSession } from '../src/session';
import { measure } from './support/measure';

type Functions = Partial<Record<NvmlFunction, (...parameters: never[]) => number>>;

const set32 = (bytes: Uint8Array, value: number, offset = 0): number => {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(offset, value, true);
  return CODE.SUCCESS;
};
const set64 = (bytes: Uint8Array, value: bigint, offset = 0): number => {
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(offset, value, true);
  return CODE.SUCCESS;
};
const setText = (bytes: Uint8Array, text: string): number => {
  bytes.fill(0);
  new TextEncoder().encodeInto(text, bytes);
  return CODE.SUCCESS;
};

/** A library of one board in JavaScript, for where there is no compiler. What is not given is not there. */
function fake(functions: Functions): { api: NvmlApi; calls: string[] } {
  const calls: string[] = [];
  const all: Functions = {
    nvmlInit_v2: () => 0,
    nvmlShutdown: () => 0,
    nvmlSystemGetDriverVersion: (out: Uint8Array) => setText(out, '999.1'),
    nvmlDeviceGetCount_v2: (out: Uint8Array) => set32(out, 1),
    nvmlDeviceGetHandleByIndex_v2: (_index: number, out: Uint8Array) => set64(out, 0x7fff_1234_5678n),
    nvmlDeviceGetName: (_handle: bigint, out: Uint8Array) => setText(out, 'NVIDIA Fake'),
    nvmlDeviceGetUUID: (_handle: bigint, out: Uint8Array) => setText(out, 'GPU-1'),
    ...functions,
  };
  const api: NvmlApi = {
    call(name, ...parameters) {
      calls.push(name);
      return all[name]?.(...(parameters as never[])) ?? CODE.FUNCTION_NOT_FOUND;
    },
    has: (name) => name in all,
    unload() {},
  };
  return { api, calls };
}

function root(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'llm-otel-gpu-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

async function poll(functions: Functions, folder: string = root('dev/nvidiactl')) {
  const { api, calls } = fake(functions);
  const settings = {
    root: folder,
    processes: false,
    pods: false,
    pcieThroughput: false,
    holdDriver: 'always',
    timeoutMillis: 1000,
  } as const;
  const session = createSession(settings, async () => api);
  const reading = (await session.poll()).sources[0];
  return { reading, calls, session };
}

test('of a board that gives nothing, who it is and that it is well', async () => {
  const { reading } = await poll({});
  expect(reading).toEqual({
    source: 'nvml',
    state: 'up',
    errors: {},
    devices: [
      {
        index: '0',
        uuid: 'GPU-1',
        name: 'NVIDIA Fake',
        vendor: 'NVIDIA',
        driverVersion: '999.1',
        state: 'ok',
        values: { ok: 1, failed: 0, suspended: 0 },
      },
    ],
  });
});

test('a value of 0 is a value', async () => {
  const { reading } = await poll({ nvmlDeviceGetPowerUsage: (_: bigint, out: Uint8Array) => set32(out, 0) });
  expect(reading?.devices[0]?.values.power).toBe(0);
});

test('memory above 2^32, and used as what is neither free nor reserved', async () => {
  const { reading } = await poll({
    nvmlDeviceGetMemoryInfo_v2: (_: bigint, out: Uint8Array) => {
      expect(new DataView(out.buffer).getUint32(0, true)).toBe(0x02000028);
      set64(out, 192n * 2n ** 30n, 8);
      set64(out, 2n ** 30n, 16);
      set64(out, 91n * 2n ** 30n, 24);
      // What the driver calls used is not read: versions disagree on what it holds.
      return set64(out, 12345n, 32);
    },
  });
  expect(reading?.devices[0]?.values).toMatchObject({ memoryTotal: 192 * 2 ** 30, memoryUsed: 100 * 2 ** 30 });
});

test('negative degrees', async () => {
  const { reading } = await poll({
    nvmlDeviceGetTemperatureV: (_: bigint, out: Uint8Array) => set32(out, 2 ** 32 - 7, 8),
  });
  expect(reading?.devices[0]?.values.temperature).toBe(-7);
});

test('where no driver is loaded the library is not opened, whatever it is called', async () => {
  const { reading, calls } = await poll({}, root());
  expect(reading).toMatchObject({ state: 'dormant', devices: [] });
  expect(calls).toEqual([]);
});

test.each(['proc/driver/nvidia/version', 'sys/module/nvidia', 'dev/nvidiactl', 'dev/dxg'])(
  '%s shows a driver',
  (sign) => {
    expect(hasNvidiaDriver(root(sign))).toBe(true);
  },
);

test('a library that is missing is a reason, in one line', async () => {
  await expect(openNvml('/nonexistent/libnvidia-ml.so.1')).rejects.toThrow(
    /^there is an NVIDIA driver, but its library can't be loaded: .*nonexistent.*$/,
  );
});

const REAL = [
  process.env.LLM_OTEL_REAL_NVML,
  '/usr/lib/x86_64-linux-gnu/nvidia/current/libnvidia-ml.so.1',
  '/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1',
];

test("with NVIDIA's own library and no driver it is dormant, and makes no device files", async (context) => {
  const library = REAL.find((path) => path && existsSync(path));
  if (library === undefined || hasNvidiaDriver('/')) {
    const reason = 'there is no libnvidia-ml.so.1 here (LLM_OTEL_REAL_NVML=path), or there is a driver';
    console.info(`skipped: ${context.task.name}: ${reason}`);
    context.skip(reason);
  }
  const before = readdirSync('/dev');
  const { meter, page } = await measure({ root: '/' }, { library });
  expect(meter).toMatchObject({ state: 'dormant', reason: 'there is no GPU driver on this machine' });
  expect(await page()).toEqual([]);
  expect(readdirSync('/dev')).toEqual(before);
});
