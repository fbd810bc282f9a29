import { monitorEventLoopDelay } from 'node:perf_hooks';
import { beforeEach, describe, expect, test } from 'vitest';
import { runApp } from './support/app';
import { FakeMachine, needsCompiler } from './support/fake';
import { measure, until } from './support/measure';
import { machine } from './support/worlds';

beforeEach((context) => needsCompiler(context));

const hung = { ...machine(2), faults: [{ function: 'nvmlDeviceGetPowerUsage', device: 1, hangSeconds: -1 }] };

test('while a call hangs the application goes on, values expire, and it recovers when the driver does', async () => {
  const fake = new FakeMachine(machine(2));
  const { meter, value, page } = await measure(fake, { intervalMillis: 100, timeoutMillis: 500 });
  expect(await value('gpu_power_usage_watts', { device: '0' })).toBe(123.456);
  expect(await value('gpu_collector_up')).toBe(1);

  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  fake.set(hung);
  await until(() => meter.state === 'down');
  expect(await value('gpu_collector_up')).toBe(0);
  await until(async () => (await value('gpu_power_usage_watts', { device: '0' })) === undefined, 1000);
  expect((await page()).filter(({ name }) => !name.startsWith('gpu_collector_'))).toEqual([]);
  expect(await value('gpu_collector_errors_total', { code: 'NO_ANSWER' })).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  delay.disable();
  expect(delay.percentile(99) / 1e6).toBeLessThan(20);

  fake.set(machine(2));
  await until(() => meter.state === 'running', 10_000);
  expect(await value('gpu_collector_up')).toBe(1);
  expect(await value('gpu_power_usage_watts', { device: '1' })).toBe(123.457);
});

describe('a process whose driver hangs for ever', () => {
  test.each(['process.exit()', 'natural end', 'SIGTERM'])(
    'exits at once, and takes its helper with it: %s',
    async (how) => {
      expect(await runApp(new FakeMachine(hung), how)).toBeLessThan(1000);
    },
  );
});
