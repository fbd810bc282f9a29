import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { FLAGS } from '../src/isolation/process';
import type { Reading } from '../src/session';
import { FakeMachine, fakeLibrary, helperFile, needsCompiler } from './support/fake';
import { machine } from './support/worlds';

beforeEach((context) => needsCompiler(context));

const TICKS_PER_SECOND = 100;

/** A helper on a machine with eight boards, whose driver writes no log. */
async function startHelper() {
  const fake = new FakeMachine({});
  fake.write('nvml.json', JSON.stringify(machine(8)));
  const settings = { root: fake.root, library: fakeLibrary(), holdDriver: 'always', timeoutMillis: 5000 };
  const child = fork(await helperFile(), [JSON.stringify(settings)], {
    execArgv: [...FLAGS],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const read = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, 'utf8');
  return {
    poll: () =>
      new Promise<Reading>((resolve) => {
        child.once('message', (reading) => resolve(reading as Reading));
        child.send('poll');
      }),
    megabytes: () => Number(/VmRSS:\s+(\d+)/.exec(read('status'))?.[1]) / 1024,
    cpuMillis() {
      const [user, system] = (read('stat').split(') ')[1] ?? '').split(' ').slice(11, 13).map(Number);
      return (((user ?? 0) + (system ?? 0)) * 1000) / TICKS_PER_SECOND;
    },
  };
}

test.skipIf(process.platform !== 'linux')(
  'a poll of eight boards costs under a millisecond of CPU, both sides together; the helper stays under 60 MB and does not grow',
  async () => {
    const helper = await startHelper();
    for (let times = 0; times < 200; times++) await helper.poll();
    expect((await helper.poll()).sources[0]?.devices.length).toBe(8);
    const [before, cpu, own] = [helper.megabytes(), helper.cpuMillis(), process.cpuUsage()];
    const polls = 2000;
    for (let times = 0; times < polls; times++) await helper.poll();
    const { user, system } = process.cpuUsage(own);
    const perPoll = (helper.cpuMillis() - cpu + (user + system) / 1000) / polls;
    console.info(`${perPoll.toFixed(2)} ms of CPU per poll, helper ${helper.megabytes().toFixed(0)} MB`);
    expect(perPoll).toBeLessThan(1);
    expect(helper.megabytes()).toBeLessThan(60);
    expect(helper.megabytes() - before).toBeLessThan(2);
  },
);
