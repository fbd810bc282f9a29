import { beforeEach, expect, test } from 'vitest';
import { helpersOf } from './support/app';
import { FakeMachine, needsCompiler } from './support/fake';
import { byName, measure, until } from './support/measure';
import { board, expected, machine } from './support/worlds';

beforeEach((context) => needsCompiler(context));

test.each([2, 8])('every value and label of a machine with %i boards is what its driver says', async (count) => {
  const { meter, page } = await measure(new FakeMachine(machine(count)));
  const lines = await page();
  expect(meter.state).toBe('running');
  for (let index = 0; index < count; index++) {
    const { uuid, name } = board(index);
    expect(byName(lines, String(uuid))).toEqual(expected(index));
    const ours = lines.filter(({ labels }) => labels.uuid === uuid);
    expect(new Set(ours.map(({ labels }) => `${labels.device} ${labels.name}`))).toEqual(new Set([`${index} ${name}`]));
  }
  expect(lines.filter(({ labels, name }) => labels.uuid === undefined && !name.startsWith('gpu_collector_'))).toEqual(
    [],
  );
});

test('a collection calls nothing of the driver', async () => {
  const fake = new FakeMachine(machine(2));
  const { page } = await measure(fake, { intervalMillis: 60_000 });
  const before = fake.calls().length;
  expect(before).toBeGreaterThan(0);
  for (let times = 0; times < 20; times++) await page();
  expect(fake.calls().length).toBe(before);
});

test('hw names follow the conventions, with sensors as components of their own', async () => {
  const { page } = await measure(new FakeMachine(machine(1)), { conventions: 'hw' });
  const { uuid } = board(0);
  const lines = (await page()).filter(({ name }) => !name.startsWith('gpu_collector_'));
  expect(lines.filter(({ name }) => !name.startsWith('hw_'))).toEqual([]);
  const one = (name: string, labels: Record<string, string> = {}) =>
    lines.find(
      (line) => line.name === name && Object.entries(labels).every(([key, text]) => line.labels[key] === text),
    );
  expect(one('hw_gpu_utilization_ratio', { hw_gpu_task: 'general' })).toMatchObject({
    value: 0.1,
    labels: { hw_id: uuid },
  });
  expect(one('hw_gpu_utilization_ratio', { hw_gpu_task: 'encoder' })?.value).toBe(0.3);
  expect(one('hw_gpu_memory_usage_bytes')?.value).toBe(39.5 * 1024 ** 3);
  expect(one('hw_gpu_memory_utilization_ratio')?.value).toBe(39.5 / 80);
  expect(one('hw_power_watts')).toMatchObject({ value: 123.456, labels: { hw_type: 'gpu', hw_id: uuid } });
  expect(one('hw_energy_joules_total')?.value).toBe(9_876_543.21);
  expect(one('hw_status', { hw_state: 'ok' })?.value ?? one('hw_status_ratio', { hw_state: 'ok' })?.value).toBe(1);
  expect(one('hw_errors_total', { error_type: 'corrected' })?.value).toBe(7);
  expect(one('hw_temperature_celsius', { hw_sensor_location: 'gpu' })).toMatchObject({
    value: 50,
    labels: { hw_id: `${uuid}/gpu`, hw_parent: uuid },
  });
});

test('in a worker and inline it reads the same', async () => {
  for (const isolation of ['worker', 'inline'] as const) {
    const { value } = await measure(new FakeMachine(machine(1)), { isolation, intervalMillis: 1000 });
    expect(await value('gpu_power_usage_watts')).toBe(123.456);
  }
});

test('pause lets go of the driver and ends the values, resume goes on', async () => {
  const fake = new FakeMachine(machine(1));
  const { meter, value } = await measure(fake);
  expect(helpersOf(fake).length).toBe(1);
  meter.pause();
  expect(await value('gpu_power_usage_watts')).toBeUndefined();
  await until(() => helpersOf(fake).length === 0);
  await meter.resume();
  expect(await value('gpu_power_usage_watts')).toBe(123.456);
});

test('after a shutdown nothing is left: no series, no helper', async () => {
  const fake = new FakeMachine(machine(1));
  const { meter, page } = await measure(fake);
  await meter.shutdown();
  expect(await page()).toEqual([]);
  await until(() => helpersOf(fake).length === 0);
});

test('processes are added up by name, the largest only; each has its pid when that is asked for', async () => {
  const compute = [
    { pid: 1, memory: 100 },
    { pid: 2, memory: 300 },
    { pid: 3, memory: 200 },
  ];
  const fake = new FakeMachine({ devices: [{ ...board(0), processes: { compute } }] });
  for (const { pid } of compute) fake.write(`proc/${pid}/comm`, 'python\n');
  const memory = async (processes: { top?: number; pid?: boolean } | boolean) => {
    const lines = await (await measure(fake, { processes })).page();
    const ours = lines.filter(({ name }) => name === 'gpu_process_memory_bytes');
    return ours.map(({ labels, value }) => [labels.process, labels.pid, value]);
  };
  expect(await memory(false)).toEqual([]);
  expect(await memory(true)).toEqual([['python', undefined, 600]]);
  expect(await memory({ top: 2 })).toEqual([['python', undefined, 500]]);
  expect((await memory({ top: 2, pid: true })).sort()).toEqual([
    ['python', '2', 300],
    ['python', '3', 200],
  ]);
});

test('a process that ends takes its series with it', async () => {
  const withProcesses = (...pids: number[]) => ({
    devices: [{ ...board(0), processes: { compute: pids.map((pid) => ({ pid, memory: pid })) } }],
  });
  const fake = new FakeMachine(withProcesses(7, 8));
  for (const pid of [7, 8]) fake.write(`proc/${pid}/comm`, 'python\n');
  const { page } = await measure(fake, { processes: { pid: true } });
  const pids = async () =>
    (await page()).filter(({ name }) => name === 'gpu_process_memory_bytes').map(({ labels }) => labels.pid);
  expect(await pids()).toEqual(['7', '8']);
  fake.set(withProcesses(8));
  await until(async () => (await pids()).length === 1);
  expect(await pids()).toEqual(['8']);
});

test('with kubernetes, processes are told with the pod and the container that they run in', async () => {
  const fake = new FakeMachine({ devices: [{ ...board(0), processes: { compute: [{ pid: 7, memory: 70 }] } }] });
  const pod = '0a1b2c3d-1111-2222-3333-444455556666';
  const container = 'ab'.repeat(32);
  fake.write('proc/7/comm', 'vllm\n');
  fake.write('proc/7/cgroup', `0::/kubepods/burstable/pod${pod}/${container}\n`);
  const kubernetes = { socket: '/nonexistent/kubelet.sock' };
  const { page } = await measure(fake, { processes: true, kubernetes });
  const [line] = (await page()).filter(({ name }) => name === 'gpu_process_memory_bytes');
  expect(line?.labels).toMatchObject({ process: 'vllm', pod_uid: pod, container_id: container });
});
