import { expect, test } from 'vitest';
import { EnergyLedger } from '../src/energy';
import { tokensPerJoule } from '../src/index';
import type { GpuDevice, MigSlice } from '../src/source';

const device = (uuid: string, values: GpuDevice['values'], mig?: MigSlice): GpuDevice => ({
  index: '0',
  uuid,
  name: 'Card',
  vendor: 'NVIDIA',
  state: 'ok',
  values,
  mig,
});

/** A ledger, a count of tokens, and what the helper tells after each step. */
function setUp(uuids?: string[]) {
  const energy = new EnergyLedger();
  let tokens = 0;
  let now = 0;
  const look = tokensPerJoule({ tokens: () => tokens, energy, uuids });
  return (devices: GpuDevice[], more: number) => {
    now += 10_000;
    energy.note(devices, now);
    tokens += more;
    return look();
  };
}

test('tokens by joules of the counter, over all boards', () => {
  const step = setUp();
  expect(step([device('a', { energy: 1000 }), device('b', { energy: 500 })], 0)).toBeUndefined();
  expect(step([device('a', { energy: 3000 }), device('b', { energy: 1500 })], 6000)).toEqual({
    tokensPerJoule: 2,
    tokens: 6000,
    joules: 3000,
    source: 'counter',
  });
});

test('only the boards that are named', () => {
  const step = setUp(['b']);
  step([device('a', { energy: 1000 }), device('b', { energy: 500 })], 0);
  expect(step([device('a', { energy: 3000 }), device('b', { energy: 1500 })], 6000)?.tokensPerJoule).toBe(6);
});

test('without a counter the power is integrated, and the result says so', () => {
  const step = setUp();
  step([device('a', { power: 100 })], 0);
  expect(step([device('a', { power: 300 })], 4000)).toEqual({
    tokensPerJoule: 2,
    tokens: 4000,
    joules: 2000,
    source: 'estimated',
  });
});

test.each<[string, GpuDevice[], number]>([
  ['a counter that began anew', [device('a', { energy: 5 })], 10],
  ['no energy and no power', [device('a', {})], 10],
  ['nothing consumed', [device('a', { energy: 1000 })], 10],
  ['tokens that began anew', [device('a', { energy: 2000 })], -10],
  [
    'a divided board',
    [device('a', { energy: 2000 }), device('a', {}, { device: 'MIG-1', profile: '1g', instance: 1 })],
    10,
  ],
])('is not defined: %s', (_case, devices, more) => {
  const step = setUp();
  step([device('a', { energy: 1000 })], 100);
  expect(step(devices, more)).toBeUndefined();
});

test('is not defined for a board that was never read', () => {
  const step = setUp(['a', 'z']);
  step([device('a', { energy: 1000 })], 0);
  expect(step([device('a', { energy: 2000 })], 10)).toBeUndefined();
});
