import { beforeEach, expect, test } from 'vitest';
import { FakeMachine, needsCompiler, type World } from './support/fake';
import { byName, type Line, measure } from './support/measure';
import { deviceOf, openSession } from './support/session';
import { board, expected } from './support/worlds';

beforeEach((context) => needsCompiler(context));

const GIB = 1024 ** 3;
const NAME = 'NVIDIA H100 80GB HBM3';

const slice = (id: string, profile: string, gpuInstance: number, computeInstance: number, used: number): World => ({
  uuid: `MIG-${id}`,
  name: `${NAME} MIG ${profile}`,
  gpuInstance,
  computeInstance,
  memory: { total: 10 * GIB, free: (10 - used) * GIB, reserved: 0 },
});

/** A divided board beside a whole one: holes between the slots, and an instance that two compute instances share. */
const divided = (slots: (World | null)[], more: World = {}): World => {
  const { gpuPercent: _use, encoderPercent: _encoder, decoderPercent: _decoder, ...rest } = board(0);
  return { ...rest, name: NAME, mig: { mode: 1, slots }, ...more };
};
const SLOTS = [
  slice('aaaa', '1g.10gb', 3, 0, 1),
  null,
  slice('bbbb', '1c.2g.20gb', 5, 0, 4),
  slice('cccc', '1c.2g.20gb', 5, 1, 4),
  null,
  slice('dddd', '3g.40gb', 1, 0, 7),
];
const world = { devices: [divided(SLOTS), board(1)] };

const memoryOf = (lines: readonly Line[]) =>
  lines
    .filter(({ name, labels }) => name === 'gpu_memory_used_bytes' && labels.mig_device !== undefined)
    .map(({ labels, value }) => [labels.mig_device, labels.mig_profile, labels.gpu_instance_id, value / GIB]);

test('memory once per GPU instance, everything of the board on the board alone', async () => {
  const { page } = await measure(new FakeMachine(world));
  const lines = await page();
  expect(memoryOf(lines).sort()).toEqual([
    ['MIG-aaaa', '1g.10gb', '3', 1],
    ['MIG-bbbb', '1c.2g.20gb', '5', 4],
    ['MIG-dddd', '3g.40gb', '1', 7],
  ]);
  const ofSlices = lines.filter(({ labels }) => labels.mig_device !== undefined);
  expect(new Set(ofSlices.map(({ name }) => name))).toEqual(
    new Set([...['total', 'free', 'used', 'reserved'].map((what) => `gpu_memory_${what}_bytes`), 'gpu_status']),
  );
  const parent = { device: '0', name: NAME, uuid: board(0).uuid };
  for (const { labels } of ofSlices) expect(labels).toMatchObject(parent);
  const ofBoard = (name: string) =>
    lines.filter((line) => line.name === name && line.labels.device === '0').map(({ value }) => value);
  expect(ofBoard('gpu_power_usage_watts')).toEqual([123.456]);
  expect(ofBoard('gpu_temperature_celsius')).toEqual([50]);
  // A divided board has none.
  expect(ofBoard('gpu_utilization_percent')).toEqual([]);
});

/** What a slice tells beside its labels, by the names and labels on the page. */
const expectedSlice = (labels: string, totalGib: number, usedGib: number) => ({
  [`gpu_memory_total_bytes ${labels}`]: totalGib * GIB,
  [`gpu_memory_used_bytes ${labels}`]: usedGib * GIB,
  [`gpu_memory_free_bytes ${labels}`]: (totalGib - usedGib) * GIB,
  [`gpu_memory_reserved_bytes ${labels}`]: 0,
  [`gpu_status ${labels} state=ok`]: 1,
  [`gpu_status ${labels} state=failed`]: 0,
  [`gpu_status ${labels} state=suspended`]: 0,
});

test('every value and label of a machine with a divided board is what its driver says', async () => {
  const lines = await (await measure(new FakeMachine(world))).page();
  // The driver has none of these for a divided board.
  const none = /^gpu_(utilization|memory_controller_utilization|encoder_utilization|decoder_utilization)_percent$/;
  const ofBoard = Object.fromEntries(Object.entries(expected(0)).filter(([name]) => !none.test(name)));
  expect(byName(lines, String(board(0).uuid))).toEqual({
    ...ofBoard,
    ...expectedSlice('gpu_instance_id=3 mig_device=MIG-aaaa mig_profile=1g.10gb', 10, 1),
    ...expectedSlice('gpu_instance_id=5 mig_device=MIG-bbbb mig_profile=1c.2g.20gb', 10, 4),
    ...expectedSlice('gpu_instance_id=1 mig_device=MIG-dddd mig_profile=3g.40gb', 10, 7),
  });
  expect(byName(lines, String(board(1).uuid))).toEqual(expected(1));
});

test('hw names give a slice an id of its own and its board as parent', async () => {
  const { page } = await measure(new FakeMachine(world), { conventions: 'hw' });
  const usage = (await page()).filter(({ name }) => name === 'hw_gpu_memory_usage_bytes');
  expect(usage.map(({ labels }) => [labels.hw_id, labels.hw_parent])).toContainEqual(['MIG-aaaa', board(0).uuid]);
});

test('without permission for the board, its memory is absent and that of its slices is there', async () => {
  const locked = { devices: [divided(SLOTS, { memory: { total: 1, code: 4 } })] };
  const reading = await openSession(locked).poll(0);
  expect(deviceOf(reading).values).not.toHaveProperty('memoryUsed');
  expect(deviceOf(reading).values.power).toBe(123.456);
  expect(reading.devices.length).toBe(4);
  // Both versions of the function were tried, once.
  expect(reading.errors).toEqual({ NO_PERMISSION: 2 });
});

test('another division makes the handles stale: devices are looked up again within the same poll', async () => {
  const session = openSession(world);
  expect((await session.poll(0)).devices.length).toBe(5);
  session.machine.set({ devices: [divided([slice('eeee', '7g.80gb', 0, 0, 2)]), board(1)], generation: 2 });
  const reading = await session.poll(10);
  expect(reading.state).toBe('up');
  expect(reading.devices.map(({ mig }) => mig?.profile)).toEqual([undefined, '7g.80gb', undefined]);
  session.machine.set({ devices: [board(0), board(1)], generation: 3 });
  const whole = await session.poll(20);
  expect(whole.devices.map(({ mig, values }) => [mig, values.utilization])).toEqual([
    [undefined, 10],
    [undefined, 11],
  ]);
});

test('a division that changes without stale handles is seen within a minute', async () => {
  const session = openSession({ devices: [divided([slice('aaaa', '1g.10gb', 3, 0, 1)])] });
  await session.poll(0);
  session.machine.set({ devices: [divided(SLOTS)] });
  expect((await session.poll(61)).devices.length).toBe(4);
});

test('with GPM a slice tells how busy it is', async () => {
  const gpm = { 1: { value: 55 }, 2: { value: 44 } };
  const slots = [{ ...slice('aaaa', '1g.10gb', 3, 0, 1), gpm }, slice('bbbb', '2g.20gb', 5, 0, 1)];
  const session = openSession({ devices: [divided(slots, { gpm: {} })] });
  await session.poll(0);
  await new Promise((resolve) => setTimeout(resolve, 110));
  const reading = await session.poll(10);
  expect(deviceOf(reading, 1).values).toMatchObject({ utilization: 55, smActive: 44 });
  expect(deviceOf(reading, 2).values).not.toHaveProperty('utilization');
});

test.each([535, 550] as const)('a profile that the name does not tell is asked for: driver %i', async (driver) => {
  const slots = [{ ...slice('aaaa', '', 3, 0, 1), name: NAME }];
  const mig = { mode: 1, slots, profile: 'MIG 1g.10gb+me' };
  const reading = await openSession({ devices: [{ ...divided([]), mig }] }, driver).poll(0);
  expect(deviceOf(reading, 1).mig?.profile).toBe('1g.10gb+me');
});

test('processes are told of the slice that they run on', async () => {
  const slots = [slice('aaaa', '1g.10gb', 3, 0, 1), slice('bbbb', '2g.20gb', 5, 0, 1)];
  const processes = { compute: [{ pid: 8, memory: 5, gpuInstance: 5, computeInstance: 0 }] };
  const session = openSession({ devices: [divided(slots, { processes })] }, 550, { processes: true });
  session.machine.write('proc/8/comm', 'python\n');
  const { devices } = await session.poll(0);
  expect(devices.map(({ labelled }) => labelled?.map(({ value }) => value))).toEqual([[], undefined, [5]]);
});
