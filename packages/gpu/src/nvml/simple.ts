import type { ValueKey } from '../conventions';
import type { NvmlArgument } from './api';
import { Block } from './block';
import type { DeviceCalls } from './calls';
import { MEMORY_V1, MEMORY_V2, TEMPERATURE } from './layouts';
import type { NvmlFunction } from './prototypes';
import type { Values } from './values';

interface Row {
  readonly key: ValueKey;
  readonly name: NvmlFunction;
  /** Parameters between the handle and the result. */
  readonly before?: readonly NvmlArgument[];
  /** Whether a second result (a period, which we don't need) follows. */
  readonly period?: true;
  readonly convert: (raw: number) => number;
}

const same = (raw: number): number => raw;
const milli = (raw: number): number => raw / 1000;
const mega = (raw: number): number => raw * 1e6;
/** A share of more than the whole is a fault of the driver. */
const percent = (raw: number): number => (raw <= 100 ? raw : Number.NaN);

const ROWS: readonly Row[] = [
  { key: 'power', name: 'nvmlDeviceGetPowerUsage', convert: milli },
  { key: 'powerLimit', name: 'nvmlDeviceGetEnforcedPowerLimit', convert: milli },
  { key: 'smClock', name: 'nvmlDeviceGetClockInfo', before: [1], convert: mega },
  { key: 'memoryClock', name: 'nvmlDeviceGetClockInfo', before: [2], convert: mega },
  { key: 'encoderUtilization', name: 'nvmlDeviceGetEncoderUtilization', period: true, convert: percent },
  { key: 'decoderUtilization', name: 'nvmlDeviceGetDecoderUtilization', period: true, convert: percent },
  // More than 100 is possible here: a fan may run faster than it is meant to.
  { key: 'fanSpeed', name: 'nvmlDeviceGetFanSpeed', convert: same },
];

const out = new Block(64);
const second = new Block(8);

/** Values that a function of their own returns, in our units. */
export function readSimple(calls: DeviceCalls, values: Values): void {
  for (const { key, name, before = [], period, convert } of ROWS) {
    if (calls.lacks(key)) continue;
    const parameters = period ? [...before, out.bytes, second.bytes] : [...before, out.bytes];
    if (!succeeds(calls, key, name, parameters)) continue;
    const value = convert(out.u32());
    if (!Number.isNaN(value)) values[key] = value;
  }
}

/** Learns per value, since one function gives both clocks. */
function succeeds(calls: DeviceCalls, key: ValueKey, name: NvmlFunction, parameters: NvmlArgument[]): boolean {
  return calls.judge(calls.code(name, ...parameters), key);
}

/** Total, free, reserved and used; used is what neither is free nor the driver's own. */
export function readMemory(calls: DeviceCalls, values: Values): void {
  if (readMemoryV2(calls, values) || !calls.ok('nvmlDeviceGetMemoryInfo', out.bytes)) return;
  setMemory(values, out.count(MEMORY_V1.total), out.count(MEMORY_V1.free), out.count(MEMORY_V1.used));
}

function readMemoryV2(calls: DeviceCalls, values: Values): boolean {
  out.setU32(0, MEMORY_V2.version);
  if (!calls.ok('nvmlDeviceGetMemoryInfo_v2', out.bytes)) return false;
  const [total, free] = [out.count(MEMORY_V2.total), out.count(MEMORY_V2.free)];
  const reserved = out.count(MEMORY_V2.reserved);
  setMemory(values, total, free, total - free - reserved);
  values.memoryReserved = reserved;
  return true;
}

function setMemory(values: Values, total: number, free: number, used: number): void {
  if (total === 0) return;
  values.memoryTotal = total;
  values.memoryFree = free;
  values.memoryUsed = Math.max(0, used);
  values.memoryUsedRatio = values.memoryUsed / total;
}

/** Temperature of the chip in degrees Celsius, through the newer function where there is one. */
export function readTemperature(calls: DeviceCalls, values: Values): void {
  out.setU32(0, TEMPERATURE.version).setU32(TEMPERATURE.sensor, 0);
  if (calls.ok('nvmlDeviceGetTemperatureV', out.bytes)) values.temperature = out.i32(TEMPERATURE.value);
  else if (calls.ok('nvmlDeviceGetTemperature', 0, out.bytes)) values.temperature = out.u32();
}

const THRESHOLDS: readonly (readonly [number, ValueKey])[] = [
  [0, 'shutdownTemperature'],
  [1, 'slowdownTemperature'],
];

/** The board's limits, which do not change. */
export function readThresholds(calls: DeviceCalls): Values {
  const values: Values = {};
  for (const [threshold, key] of THRESHOLDS) {
    const code = calls.code('nvmlDeviceGetTemperatureThreshold', threshold, out.bytes);
    if (calls.judge(code, key) && out.u32() > 0) values[key] = out.u32();
  }
  return values;
}

const REASONS: readonly (readonly [number, ValueKey])[] = [
  [0x1, 'idle'],
  [0x2, 'applicationClocks'],
  [0x4, 'powerCap'],
  [0x8, 'hardwareSlowdown'],
  [0x10, 'syncBoost'],
  [0x20, 'softwareThermal'],
  [0x40, 'hardwareThermal'],
  [0x80, 'powerBrake'],
  [0x100, 'displayClocks'],
];

/** Why the clocks are not at their highest: one value, 0 or 1, per reason. */
export function readThrottling(calls: DeviceCalls, values: Values): void {
  const told =
    calls.ok('nvmlDeviceGetCurrentClocksEventReasons', out.bytes) ||
    calls.ok('nvmlDeviceGetCurrentClocksThrottleReasons', out.bytes);
  if (!told) return;
  const bits = out.u32();
  for (const [bit, key] of REASONS) values[key] = bits & bit ? 1 : 0;
}
