import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AmdgpuSource } from '../src/amdgpu/source';
import { measure, until } from './support/measure';

const GIB = 1024 ** 3;

type Files = Record<string, string | number>;

/** A root with cards that the kernel's amdgpu driver runs: card name to the files of its device. */
function tree(cards: Record<string, Files>, driver = 'amdgpu'): { root: string; device: (card: string) => string } {
  const root = mkdtempSync(join(tmpdir(), 'llm-otel-amdgpu-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'sys/bus/pci/drivers', driver), { recursive: true });
  const device = (card: string) => join(root, 'sys/devices', card);
  for (const [card, files] of Object.entries(cards)) {
    const all: Files = { vendor: '0x1002', device: '0x744c', ...files };
    for (const [name, value] of Object.entries(all)) {
      mkdirSync(dirname(join(device(card), name)), { recursive: true });
      writeFileSync(join(device(card), name), `${value}\n`);
    }
    symlinkSync(join(root, 'sys/bus/pci/drivers', driver), join(device(card), 'driver'));
    for (const name of [card, `${card}-DP-1`]) {
      mkdirSync(join(root, 'sys/class/drm', name), { recursive: true });
      symlinkSync(device(card), join(root, 'sys/class/drm', name, 'device'));
    }
  }
  return { root, device };
}

const read = (root: string) => {
  const source = new AmdgpuSource(root);
  onTestFinished(() => source.close());
  return source.poll(0);
};

const DISCRETE: Files = {
  unique_id: '4ba8e0c1d3f1a7b2',
  product_name: 'AMD Radeon RX 7900 XTX',
  gpu_busy_percent: 37,
  mem_busy_percent: 12,
  mem_info_vram_total: 24 * GIB,
  mem_info_vram_used: 6 * GIB,
  mem_info_gtt_total: 32 * GIB,
  mem_info_gtt_used: 1 * GIB,
  pcie_replay_count: 2,
  'power/runtime_status': 'active',
  'hwmon/hwmon3/temp1_label': 'edge',
  'hwmon/hwmon3/temp1_input': 51_000,
  'hwmon/hwmon3/temp2_label': 'junction',
  'hwmon/hwmon3/temp2_input': 67_000,
  'hwmon/hwmon3/temp3_label': 'mem',
  'hwmon/hwmon3/temp3_input': 72_000,
  'hwmon/hwmon3/power1_average': 215_000_000,
  'hwmon/hwmon3/power1_cap': 327_000_000,
  'hwmon/hwmon3/freq1_label': 'sclk',
  'hwmon/hwmon3/freq1_input': 2_371_000_000,
  'hwmon/hwmon3/freq2_label': 'mclk',
  'hwmon/hwmon3/freq2_input': 1_249_000_000,
  'hwmon/hwmon3/fan1_input': 1450,
  'hwmon/hwmon3/pwm1': 102,
};

test('a discrete card gives every value in our units, its connectors are no cards', () => {
  const { devices, state } = read(tree({ card1: DISCRETE }).root);
  expect(state).toBe('up');
  expect(devices).toEqual([
    {
      index: '1',
      uuid: '4ba8e0c1d3f1a7b2',
      name: 'AMD Radeon RX 7900 XTX',
      vendor: 'AMD',
      state: 'ok',
      values: {
        utilization: 37,
        memoryControllerUtilization: 12,
        memoryTotal: 24 * GIB,
        memoryUsed: 6 * GIB,
        memoryFree: 18 * GIB,
        memoryUsedRatio: 0.25,
        pcieReplays: 2,
        temperature: 51,
        hotspotTemperature: 67,
        memoryTemperature: 72,
        power: 215,
        powerLimit: 327,
        smClock: 2_371_000_000,
        memoryClock: 1_249_000_000,
        fanRpm: 1450,
        fanSpeed: 40,
        ok: 1,
        failed: 0,
        suspended: 0,
      },
    },
  ]);
});

test("an APU's memory is its own and what it may take of the machine's; what it lacks is absent", () => {
  const { devices } = read(
    tree({
      card0: {
        uevent: 'DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_SLOT_NAME=0000:c4:00.0',
        device: '0x15bf',
        gpu_busy_percent: 3,
        mem_info_vram_total: GIB / 2,
        mem_info_vram_used: GIB / 4,
        mem_info_gtt_total: 15 * GIB,
        mem_info_gtt_used: 2 * GIB,
        'hwmon/hwmon5/temp1_label': 'edge',
        'hwmon/hwmon5/temp1_input': 44_000,
        'hwmon/hwmon5/power1_input': 9_022_000,
        'hwmon/hwmon5/freq1_label': 'sclk',
        'hwmon/hwmon5/freq1_input': 800_000_000,
      },
    }).root,
  );
  expect(devices[0]).toMatchObject({ uuid: '0000:c4:00.0', name: 'AMD 0x15bf' });
  expect(devices[0]?.values).toEqual({
    utilization: 3,
    memoryTotal: 15.5 * GIB,
    memoryUsed: 2.25 * GIB,
    memoryFree: 13.25 * GIB,
    memoryUsedRatio: 2.25 / 15.5,
    temperature: 44,
    power: 9.022,
    smClock: 800_000_000,
    ok: 1,
    failed: 0,
    suspended: 0,
  });
});

test('an MI300 has no sensor at the edge: sensors are chosen by their labels', () => {
  const { devices } = read(
    tree({
      card0: {
        unique_id: '71b0c1d2e3f40516',
        mem_busy_percent: 5,
        mem_info_vram_total: 192 * GIB,
        mem_info_vram_used: 100 * GIB,
        'hwmon/hwmon1/temp2_label': 'junction',
        'hwmon/hwmon1/temp2_input': 58_000,
        'hwmon/hwmon1/temp3_label': 'mem',
        'hwmon/hwmon1/temp3_input': 49_000,
        'hwmon/hwmon1/power1_input': 742_000_000,
        'hwmon/hwmon1/power1_cap': 750_000_000,
      },
    }).root,
  );
  expect(devices[0]?.values).toMatchObject({
    temperature: 58,
    hotspotTemperature: 58,
    memoryTemperature: 49,
    power: 742,
  });
  for (const key of ['fanSpeed', 'fanRpm', 'utilization']) expect(devices[0]?.values).not.toHaveProperty(key);
});

test('of a card that sleeps nothing but its state is read', () => {
  const { root, device } = tree({
    card0: { uevent: 'PCI_SLOT_NAME=0000:03:00.0', 'power/runtime_status': 'suspended' },
  });
  // Reading these would hang for ever.
  for (const name of ['gpu_busy_percent', 'unique_id', 'mem_info_vram_total', 'product_name'])
    expect(spawnSync('mkfifo', [join(device('card0'), name)]).status).toBe(0);
  const { devices } = read(root);
  expect(devices).toMatchObject([
    { uuid: '0000:03:00.0', state: 'suspended', values: { suspended: 1, ok: 0, failed: 0 } },
  ]);
  expect(Object.keys(devices[0]?.values ?? {}).length).toBe(3);
});

test('a file that the kernel refuses or that holds no number is absent alone', () => {
  const { root, device } = tree({ card0: { ...DISCRETE, mem_busy_percent: 'N/A' } });
  rmSync(join(device('card0'), 'gpu_busy_percent'));
  mkdirSync(join(device('card0'), 'gpu_busy_percent'));
  const { devices } = read(root);
  expect(devices[0]?.values).toMatchObject({ power: 215, temperature: 51 });
  for (const key of ['utilization', 'memoryControllerUtilization']) expect(devices[0]?.values).not.toHaveProperty(key);
});

test("cards of other vendors and drivers are not AMD's", () => {
  expect(read(tree({ card0: { ...DISCRETE, vendor: '0x8086' } }).root).state).toBe('dormant');
  expect(read(tree({ card0: DISCRETE }, 'vfio-pci').root).state).toBe('dormant');
});

test('values follow the files, and pcie_bw, which takes a second, is never read', () => {
  const { root, device } = tree({ card0: DISCRETE });
  spawnSync('mkfifo', [join(device('card0'), 'pcie_bw')]);
  const source = new AmdgpuSource(root);
  expect(source.poll(0).devices[0]?.values.utilization).toBe(37);
  writeFileSync(join(device('card0'), 'gpu_busy_percent'), '99\n');
  expect(source.poll(1000).devices[0]?.values.utilization).toBe(99);
  source.close();
});

test('a file that hangs takes the metrics away and nothing else', async () => {
  const { root, device } = tree({ card0: DISCRETE });
  const options = { library: undefined, intervalMillis: 100, timeoutMillis: 500 };
  const { meter, value } = await measure({ root }, options);
  expect(await value('gpu_power_usage_watts')).toBe(215);
  // The helper has the old file open: the next one meets the new.
  rmSync(join(device('card0'), 'gpu_busy_percent'));
  spawnSync('mkfifo', [join(device('card0'), 'gpu_busy_percent')]);
  meter.pause();
  void meter.resume();
  await until(() => meter.state === 'down');
  expect(await value('gpu_collector_up')).toBe(0);
  expect(await value('gpu_power_usage_watts')).toBeUndefined();
  rmSync(join(device('card0'), 'gpu_busy_percent'));
  writeFileSync(join(device('card0'), 'gpu_busy_percent'), '41\n');
  await until(() => meter.state === 'running', 10_000);
  expect(await value('gpu_utilization_percent')).toBe(41);
});
