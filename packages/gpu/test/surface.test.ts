import { expect, expectTypeOf, test } from 'vitest';
import * as surface from '../src/index';

test('the package exports these values and no others', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'CONVENTIONS',
    'listPodDevices',
    'readCgroup',
    'startGpuMeter',
    'tokensPerJoule',
  ]);
});

test("a meter's energy is what tokensPerJoule takes", () => {
  expectTypeOf<surface.GpuMeter['energy']>().toExtend<surface.TokensPerJouleOptions['energy']>();
});

test('a wrong option is refused in one sentence', () => {
  expect(() => surface.startGpuMeter({ intervalMillis: 0 })).toThrow(
    'startGpuMeter() got intervalMillis 0; allowed are milliseconds from 1 to 2147483647.',
  );
  expect(() => surface.startGpuMeter({ isolation: 'thread' as never })).toThrow(
    "startGpuMeter() got isolation 'thread'; allowed is process, worker, inline.",
  );
});
