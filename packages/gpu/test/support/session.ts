import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createSession, type SessionSettings } from '../../src/session';
import type { GpuDevice, SourceReading } from '../../src/source';
import { type Driver, FakeMachine, fakeLibrary, type World } from './fake';

/** A session in this process on a fake library of its own, whose time the test tells. */
export interface FakeSession {
  readonly machine: FakeMachine;
  /** What NVIDIA's source reads so many seconds after the start. */
  poll(atSeconds: number): Promise<SourceReading>;
  close(): void;
}

let copies = 0;

/** Opens a session. The library is a copy, so that nothing of another test is left in it. */
export function openSession(world: World, driver: Driver = 550, settings: Partial<SessionSettings> = {}): FakeSession {
  const machine = new FakeMachine(world);
  const library = join(machine.root, `libnvidia-ml-${copies++}.so.1`);
  copyFileSync(fakeLibrary(driver), library);
  let now = 0;
  const session = createSession(
    {
      root: machine.root,
      library,
      processes: false,
      pods: false,
      pcieThroughput: false,
      holdDriver: 'always',
      timeoutMillis: 1000,
      ...settings,
    },
    undefined,
    () => now,
  );
  onTestFinished(() => session.close());
  return {
    machine,
    async poll(atSeconds) {
      now = atSeconds * 1000 + 1;
      return (await session.poll()).sources[0] as SourceReading;
    },
    close: () => session.close(),
  };
}

/** The device at this place; it has to be there. */
export function deviceOf({ devices }: SourceReading, index = 0): GpuDevice {
  const device = devices[index];
  if (device === undefined) throw new Error(`there are ${devices.length} devices`);
  return device;
}
