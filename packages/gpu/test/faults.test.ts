import { beforeEach, describe, expect, test } from 'vitest';
import { type Driver, needsCompiler } from './support/fake';
import { deviceOf, openSession } from './support/session';
import { board, machine } from './support/worlds';

beforeEach((context) => needsCompiler(context));

const POWER = 'nvmlDeviceGetPowerUsage';
const withFault = (fault: object, count = 2) => ({ ...machine(count), faults: [fault] });

describe('a code of one function', () => {
  test.each([
    [3, 'NOT_SUPPORTED'],
    [13, 'FUNCTION_NOT_FOUND'],
    [25, 'ARGUMENT_VERSION_MISMATCH'],
    [26, 'DEPRECATED'],
    [4, 'NO_PERMISSION'],
  ])(
    '%i %s: the value is absent on this device, and not asked for again until devices are looked up anew',
    async (code) => {
      const session = openSession(withFault({ function: POWER, device: 1, code }));
      for (const seconds of [0, 10, 20]) {
        const reading = await session.poll(seconds);
        expect(reading.state).toBe('up');
        expect(deviceOf(reading, 0).values.power).toBe(123.456);
        expect(deviceOf(reading, 1).values).not.toHaveProperty('power');
        expect(deviceOf(reading, 1).values.temperature).toBe(51);
      }
      const asked = () => session.machine.calls().filter((call) => call.name === POWER && call.device === 1).length;
      expect(asked()).toBe(1);
      await session.poll(61);
      expect(asked()).toBe(2);
    },
  );

  test('of the second call alone: the value is absent once', async () => {
    const session = openSession(withFault({ function: POWER, device: 0, nth: 2, code: 20 }));
    const seen = [];
    for (const seconds of [0, 1, 2]) seen.push(deviceOf(await session.poll(seconds)).values.power);
    expect(seen).toEqual([123.456, undefined, 123.456]);
  });

  test.each([
    [1, 'UNINITIALIZED'],
    [17, 'OPERATING_SYSTEM'],
    [18, 'LIB_RM_VERSION_MISMATCH'],
    [999, 'UNKNOWN'],
  ])('%i %s: the collector is down, and starts the driver anew after a while', async (code, name) => {
    const session = openSession(withFault({ function: POWER, device: 1, nth: 2, code }));
    expect((await session.poll(0)).state).toBe('up');
    const down = await session.poll(10);
    expect(down).toMatchObject({ state: 'down', devices: [] });
    expect(down.reason).toContain(`${name} (${code})`);
    expect(down.errors[name]).toBeGreaterThan(0);
    const calls = session.machine.calls().length;
    expect((await session.poll(10.5)).state).toBe('down');
    expect(session.machine.calls().length).toBe(calls);
    expect((await session.poll(12)).state).toBe('up');
  });

  test('a function that takes the whole driver down every time is left out in the end', async () => {
    const session = openSession(withFault({ function: POWER, device: 1, code: 999 }));
    expect((await session.poll(0)).state).toBe('down');
    expect((await session.poll(2)).state).toBe('down');
    const reading = await session.poll(10);
    expect(reading.state).toBe('up');
    expect(deviceOf(reading, 1).values).not.toHaveProperty('power');
    expect(deviceOf(reading, 1).values.temperature).toBe(51);
  });
});

describe('the driver does not start', () => {
  test.each([
    [9, 'dormant'],
    [12, 'dormant'],
    [28, 'dormant'],
    [18, 'down'],
    [999, 'down'],
  ])('%i: %s with the reason, then up when it starts', async (code, state) => {
    const session = openSession({ ...machine(1), initCodes: [code] });
    const first = await session.poll(0);
    expect(first).toMatchObject({ state, devices: [] });
    expect(first.reason).toContain(`(${code})`);
    expect((await session.poll(0.5)).state).toBe(state);
    expect(session.machine.calls().filter(({ name }) => name === 'nvmlInit_v2').length).toBe(1);
    expect((await session.poll(2)).state).toBe('up');
  });

  test('it is shut down as often as it was started', async () => {
    const session = openSession(machine(1), 550, { holdDriver: 'per-poll' });
    for (const seconds of [0, 10, 20]) expect((await session.poll(seconds)).state).toBe('up');
    session.close();
    const times = (name: string) => session.machine.calls().filter((call) => call.name === name).length;
    expect([times('nvmlInit_v2'), times('nvmlShutdown')]).toEqual([3, 3]);
  });
});

test('a board that is lost is failed and left alone while the others go on, and comes back', async () => {
  const session = openSession(machine(3));
  await session.poll(0);
  session.machine.set({ devices: [board(0), { ...board(1), lost: 1 }, board(2)] });
  const lost = await session.poll(10);
  expect(lost.state).toBe('up');
  expect(deviceOf(lost, 1)).toMatchObject({ state: 'failed', uuid: board(1).uuid, values: { failed: 1, ok: 0 } });
  expect(Object.keys(deviceOf(lost, 1).values)).toEqual(['ok', 'failed', 'suspended', 'xidTotal']);
  expect(deviceOf(lost, 2).values.power).toBe(123.458);
  expect(lost.errors).toEqual({ GPU_IS_LOST: 1 });

  const before = session.machine.calls().length;
  for (const seconds of [15, 20, 35]) await session.poll(seconds);
  expect(
    session.machine
      .calls()
      .slice(before)
      .filter(({ device }) => device === 1),
  ).toEqual([]);
  session.machine.set(machine(3));
  expect(deviceOf(await session.poll(41), 1)).toMatchObject({ state: 'ok', values: { power: 123.457, failed: 0 } });
});

describe('drivers of other ages', () => {
  test.each<Driver>([470, 535, 550, 1300])(
    '%i gives the same values through the functions that it has',
    async (driver) => {
      const session = openSession(machine(1), driver);
      const { values } = deviceOf(await session.poll(0));
      const GIB = 1024 ** 3;
      // Before memory was told apart, what is reserved counts as used.
      const used = driver === 470 ? 40 * GIB : 39.5 * GIB;
      expect(values).toMatchObject({
        memoryUsed: used,
        memoryFree: 40 * GIB,
        temperature: 50,
        powerCap: 1,
        energy: 9_876_543.21,
      });
    },
  );

  test.each<Driver>([470, 535, 550, 1300])(
    '%i gives processes with the right process id beside the right memory',
    async (driver) => {
      const compute = [
        { pid: 101, memory: 5e9 },
        { pid: 102, memory: 7e9 },
        { pid: 103, memory: 9e9 },
      ];
      const session = openSession({ devices: [{ ...board(0), processes: { compute } }] }, driver, { processes: true });
      for (const { pid } of compute) session.machine.write(`proc/${pid}/comm`, `server-${pid}\n`);
      const { labelled = [] } = deviceOf(await session.poll(0));
      expect(labelled.map(({ labels, value }) => [labels.pid, labels.process, value])).toEqual([
        ['101', 'server-101', 5e9],
        ['102', 'server-102', 7e9],
        ['103', 'server-103', 9e9],
      ]);
    },
  );
});

describe('processes', () => {
  const read = async (given: object, pids: number[]) => {
    const session = openSession({ devices: [{ ...board(0), ...given }] }, 550, { processes: true });
    for (const pid of pids) session.machine.write(`proc/${pid}/comm`, 'python\n');
    const { labelled = [] } = deviceOf(await session.poll(0));
    return labelled.map(({ key, labels, value }) => [key, Number(labels.pid), value]);
  };

  test('a list that grows between two calls is read whole', async () => {
    const compute = Array.from({ length: 100 }, (_, index) => ({ pid: 1000 + index, memory: index + 1 }));
    const pids = compute.map(({ pid }) => pid);
    expect((await read({ processes: { compute, grows: 1 } }, pids)).length).toBe(100);
  });

  test('memory that is not available is absent, and one process in two lists counts once', async () => {
    const lists = {
      compute: [
        { pid: 7, memory: -1 },
        { pid: 8, memory: 5 },
      ],
      graphics: [{ pid: 8, memory: 5 }],
    };
    expect(await read({ processes: lists }, [7, 8])).toEqual([['processMemory', 8, 5]]);
  });

  test('a process that is gone has no series', async () => {
    const lists = {
      compute: [
        { pid: 7, memory: 3 },
        { pid: 8, memory: 5 },
      ],
    };
    expect(await read({ processes: lists }, [8])).toEqual([['processMemory', 8, 5]]);
  });

  test('samples come unsorted, above 100 and more than once: the newest that can be true counts', async () => {
    const processSamples = [
      { pid: 8, at: 300, sm: 30 },
      { pid: 8, at: 500, sm: 50 },
      { pid: 8, at: 400, sm: 40 },
      { pid: 8, at: 600, sm: 4_000_000_000 },
      { pid: 9, at: 550, sm: 101 },
    ];
    expect(await read({ processes: {}, processSamples }, [8, 9])).toEqual([['processUtilization', 8, 50]]);
  });

  test('samples of before are not told again, and no sample means nothing ran', async () => {
    const at = (time: number, sm: number) => ({
      devices: [{ ...board(0), processes: {}, processSamples: [{ pid: 8, at: time, sm }] }],
    });
    const session = openSession(at(100, 70), 550, { processes: true });
    session.machine.write('proc/8/comm', 'python\n');
    const shares = async (seconds: number) =>
      (deviceOf(await session.poll(seconds)).labelled ?? []).map(({ value }) => value);
    expect(await shares(0)).toEqual([70]);
    expect(await shares(1)).toEqual([]);
    session.machine.set({ devices: [{ ...board(0), processes: {}, processSamples: [] }] });
    expect(await shares(2)).toEqual([]);
    session.machine.set(at(200, 20));
    expect(await shares(3)).toEqual([20]);
  });
});

describe('utilization', () => {
  test("is the mean of the driver's samples since the last poll, without those that can't be true", async () => {
    const sampled = (...samples: [number, number][]) => ({
      devices: [{ ...board(0), samples: samples.map(([at, value]) => ({ at, value })) }],
    });
    const session = openSession(sampled([100, 90], [200, 90]));
    const use = async (seconds: number) => deviceOf(await session.poll(seconds)).values.utilization;
    // What the driver remembers of before the meter is not its business.
    expect(await use(0)).toBe(10);
    session.machine.set(sampled([100, 90], [200, 90], [300, 20], [400, 40], [500, 4_000_000]));
    expect(await use(10)).toBe(30);
    // Nothing new: the driver's last rate.
    expect(await use(20)).toBe(10);
  });

  test('of more than the whole is absent', async () => {
    const session = openSession({ devices: [{ ...board(0), gpuPercent: 101, encoderPercent: 4_000_000 }] });
    const { values } = deviceOf(await session.poll(0));
    expect(values).not.toHaveProperty('utilization');
    expect(values).not.toHaveProperty('encoderUtilization');
  });
});

test('a part with unified memory has no memory values, and no memory of the machine in their place', async () => {
  const { memory: _memory, ...rest } = board(0);
  const { values } = deviceOf(await openSession({ devices: [rest] }).poll(0));
  expect(Object.keys(values).filter((key) => /^memory(Used|Total|Free|Reserved|UsedRatio)$/.test(key))).toEqual([]);
});

test('XID errors count from when the meter listens, two equal ones as two, with the time of the last', async () => {
  const session = openSession({ devices: [{ ...board(0), xids: [] }] });
  expect(deviceOf(await session.poll(0)).values.xidTotal).toBe(0);
  session.machine.set({ devices: [{ ...board(0), xids: [79, 79, 48] }] });
  const { values, labelled = [] } = deviceOf(await session.poll(10));
  expect(values.xidTotal).toBe(3);
  expect(labelled.filter(({ key }) => key === 'xid').map(({ labels, value }) => [labels.xid, value])).toEqual([
    ['79', 2],
    ['48', 1],
  ]);
  expect(labelled.find(({ key }) => key === 'xidSeen')?.value).toBeCloseTo(Date.now() / 1000, -1);
  // Devices are looked up again, and the count goes on.
  expect(deviceOf(await session.poll(70)).values.xidTotal).toBe(3);
});

describe('PCIe', () => {
  const counted = (tx: number, rx: number, link: object = { pcieGeneration: 1, pcieWidth: 1 }) => ({
    devices: [{ ...board(0), ...link, fields: { 197: { type: 1, value: tx }, 198: { type: 1, value: rx } } }],
  });

  test('a counter of 32 bits is followed through its wrap, where the link is too slow for a second one', async () => {
    const session = openSession(counted(4_294_000_000, 1000));
    expect(deviceOf(await session.poll(0)).values).not.toHaveProperty('pcieTx');
    session.machine.set(counted(1_000_000, 3000));
    expect(deviceOf(await session.poll(10)).values).toMatchObject({
      pcieTx: 1_000_000 - 4_294_000_000 + 2 ** 32,
      pcieRx: 2000,
    });
  });

  test('where it could have wrapped unseen, there is no value', async () => {
    const session = openSession(counted(1000, 1000, { pcieGeneration: 4, pcieWidth: 16 }));
    await session.poll(0);
    session.machine.set(counted(2000, 2000, { pcieGeneration: 4, pcieWidth: 16 }));
    expect(deviceOf(await session.poll(10)).values).not.toHaveProperty('pcieTx');
    session.machine.set(counted(3000, 5000, { pcieGeneration: 4, pcieWidth: 16 }));
    expect(deviceOf(await session.poll(10.1)).values).toMatchObject({ pcieTx: 1000, pcieRx: 3000 });
  });

  test('the sampled rate is read when it is asked for, and takes its time', async () => {
    const world = { devices: [{ ...board(0), pcieTxKilobytes: 1500, pcieRxKilobytes: 2500 }] };
    expect(deviceOf(await openSession(world).poll(0)).values).not.toHaveProperty('pcieTxRate');
    const start = performance.now();
    const { values } = deviceOf(await openSession(world, 550, { pcieThroughput: true }).poll(0));
    expect(values).toMatchObject({ pcieTxRate: 1_500_000, pcieRxRate: 2_500_000 });
    expect(performance.now() - start).toBeGreaterThan(40);
  });
});

describe('GPM', () => {
  const gpm = {
    2: { value: 71.5 },
    3: { value: 31.25 },
    5: { value: 22 },
    10: { value: 44 },
    20: { value: 100 },
    21: { value: 50 },
  };
  const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

  test('averages between two polls, of which PCIe bytes are added up', async () => {
    const session = openSession({ devices: [{ ...board(0), gpm }] });
    expect(deviceOf(await session.poll(0)).values).not.toHaveProperty('smActive');
    // Too close to the first sample.
    expect(deviceOf(await session.poll(0.05)).values).not.toHaveProperty('smActive');
    await pause(110);
    const MIB = 1024 ** 2;
    expect(deviceOf(await session.poll(10)).values).toMatchObject({
      ...{ smActive: 71.5, smOccupancy: 31.25, tensorActive: 22, memoryBandwidth: 44, utilization: 10 },
      ...{ pcieTxRate: 100 * MIB, pcieTx: 1000 * MIB, pcieRxRate: 50 * MIB, pcieRx: 500 * MIB },
    });
    await pause(110);
    // Across a new look-up of the devices.
    expect(deviceOf(await session.poll(70)).values.pcieTx).toBe(7000 * MIB);
  });

  test('a metric with a code of its own is absent alone', async () => {
    const session = openSession({
      devices: [{ ...board(0), gpm: { ...gpm, 5: { value: 22, code: 3 }, 20: { value: 1, code: 999 } } }],
    });
    await session.poll(0);
    await pause(110);
    const { values } = deviceOf(await session.poll(10));
    expect(values.smActive).toBe(71.5);
    for (const key of ['tensorActive', 'pcieTx', 'pcieRx']) expect(values).not.toHaveProperty(key);
  });
});

test('a driver that is slow delays nothing but its own poll', async () => {
  const session = openSession(withFault({ function: POWER, device: 0, delayMillis: 200 }));
  expect(deviceOf(await session.poll(0)).values.power).toBe(123.456);
});

test('an energy counter that begins anew is told as it is', async () => {
  const session = openSession(machine(1));
  expect(deviceOf(await session.poll(0)).values.energy).toBe(9_876_543.21);
  session.machine.set({ devices: [{ ...board(0), fields: { 83: { type: 3, value: 5000 } } }] });
  expect(deviceOf(await session.poll(10)).values.energy).toBe(5);
});

test('a board that sleeps is left asleep', async () => {
  const session = openSession(machine(2));
  const status = 'sys/bus/pci/devices/0000:01:00.0/power/runtime_status';
  session.machine.write(status, 'active\n');
  expect(deviceOf(await session.poll(0), 1).state).toBe('ok');
  session.machine.write(status, 'suspended\n');
  const before = session.machine.calls().length;
  const reading = await session.poll(10);
  expect(deviceOf(reading, 1)).toMatchObject({ state: 'suspended', values: { suspended: 1, ok: 0 } });
  expect(
    session.machine
      .calls()
      .slice(before)
      .filter(({ device }) => device === 1),
  ).toEqual([]);
  expect(deviceOf(reading, 0).values.power).toBe(123.456);
});
