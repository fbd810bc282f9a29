import { DCGM, type DcgmNames } from './dcgm';
import type { HwName } from './hw';

/** How an instrument aggregates. */
export type ConventionKind = 'gauge' | 'updowncounter' | 'counter';

/** Where a value goes in the OpenTelemetry hardware conventions. */
export interface HwTarget {
  readonly name: HwName;
  /** The convention's value = ours × this. Default 1. */
  readonly factor?: number;
  readonly attributes?: Readonly<Record<string, string>>;
  /** A sensor of the GPU is a component of its own: this is where it sits. */
  readonly sensor?: string;
}

/** One row: a value that a source may give, and the names it goes by. */
export interface Convention {
  /** Literal Prometheus name; absent where only `hw` has it. */
  readonly name?: string;
  readonly kind: ConventionKind;
  /** UCUM unit. In braces where the exporters would add the unit to the name once more. */
  readonly unit: string;
  readonly description: string;
  /** Fixed labels of this row, beside those of the device. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Names of the labels that only the value brings. */
  readonly dynamic?: readonly string[];
  readonly hw?: HwTarget;
  readonly dcgm?: DcgmNames;
}

const gauge = (name: string, unit: string, description: string) =>
  ({ kind: 'gauge', name, unit, description }) as const;
const sum = (name: string, unit: string, description: string) =>
  ({ kind: 'updowncounter', name, unit, description }) as const;
const counter = (name: string, unit: string, description: string) =>
  ({ kind: 'counter', name, unit, description }) as const;

const task = (name: string): HwTarget => ({
  name: 'hw.gpu.utilization',
  factor: 0.01,
  attributes: { 'hw.gpu.task': name },
});
const GPU = { 'hw.type': 'gpu' };

const ERRORS = counter('gpu_errors_total', '{error}', 'Errors that the driver counted, by error_type');
const errors = (type: string) =>
  ({
    ...ERRORS,
    labels: { error_type: type },
    hw: { name: 'hw.errors', attributes: { ...GPU, 'error.type': type } },
  }) as const;

const REASON = gauge('gpu_throttle_active', '', '1 while the clocks are held down for this reason, else 0');
const reason = (name: string) => ({ ...REASON, labels: { reason: name } }) as const;

const HELD = counter('gpu_throttle_seconds_total', 's', 'Time for which the clocks were held down, by reason');
const held = (name: string) => ({ ...HELD, labels: { reason: name } }) as const;

const LIMIT = gauge('gpu_temperature_limit_celsius', 'Cel', "The board's own limits, by what happens there");
const limit = (name: string, type: string) =>
  ({
    ...LIMIT,
    labels: { limit: name },
    hw: { name: 'hw.temperature.limit', sensor: 'gpu', attributes: { 'hw.limit_type': type } },
  }) as const;

const STATUS = sum('gpu_status', '', '1 for the state that the device is in, 0 for the others');
const status = (state: string, hw?: string) =>
  ({
    ...STATUS,
    labels: { state },
    ...(hw === undefined ? {} : { hw: { name: 'hw.status', attributes: { ...GPU, 'hw.state': hw } } as const }),
  }) as const;

const REMAPPED = counter('gpu_remapped_rows_total', '{row}', 'Rows of memory that were replaced, by kind of error');

/** The table: instruments, docs and rules are made from it. */
export const CONVENTIONS = {
  utilization: {
    ...gauge('gpu_utilization_percent', '%', 'Share of time in which a kernel ran, averaged since the last poll'),
    hw: task('general'),
    dcgm: DCGM.utilization,
  },
  memoryUsed: {
    ...sum('gpu_memory_used_bytes', 'By', 'Memory in use, without what the driver reserves'),
    hw: { name: 'hw.gpu.memory.usage' },
    dcgm: DCGM.memoryUsed,
  },
  memoryTotal: {
    ...sum('gpu_memory_total_bytes', 'By', 'Memory of the device'),
    hw: { name: 'hw.gpu.memory.limit' },
    dcgm: DCGM.memoryTotal,
  },
  memoryFree: { ...sum('gpu_memory_free_bytes', 'By', 'Memory that can be allocated'), dcgm: DCGM.memoryFree },
  memoryReserved: { ...sum('gpu_memory_reserved_bytes', 'By', 'Memory that the driver keeps for itself') },
  memoryUsedRatio: {
    kind: 'gauge',
    unit: '1',
    description: 'Memory used / memory of the device',
    hw: { name: 'hw.gpu.memory.utilization' },
    dcgm: DCGM.memoryUsedRatio,
  },
  memoryControllerUtilization: {
    ...gauge('gpu_memory_controller_utilization_percent', '%', 'Share of time in which memory was read or written'),
    dcgm: DCGM.memoryControllerUtilization,
  },
  temperature: {
    ...gauge('gpu_temperature_celsius', 'Cel', 'Temperature of the chip'),
    hw: { name: 'hw.temperature', sensor: 'gpu' },
    dcgm: DCGM.temperature,
  },
  memoryTemperature: {
    ...gauge('gpu_memory_temperature_celsius', 'Cel', 'Temperature of the memory'),
    hw: { name: 'hw.temperature', sensor: 'memory' },
    dcgm: DCGM.memoryTemperature,
  },
  hotspotTemperature: {
    ...gauge('gpu_hotspot_temperature_celsius', 'Cel', 'Temperature at the hottest place of the chip'),
    hw: { name: 'hw.temperature', sensor: 'hotspot' },
  },
  slowdownTemperature: limit('slowdown', 'throttled'),
  shutdownTemperature: limit('shutdown', 'critical'),
  power: {
    ...gauge('gpu_power_usage_watts', 'W', 'Power drawn by the board'),
    hw: { name: 'hw.power', attributes: GPU },
    dcgm: DCGM.power,
  },
  powerLimit: { ...gauge('gpu_power_limit_watts', 'W', 'Limit of the power that is enforced'), dcgm: DCGM.powerLimit },
  energy: {
    ...counter('gpu_energy_joules_total', 'J', 'Energy consumed since the driver was loaded'),
    hw: { name: 'hw.energy', attributes: GPU },
    dcgm: DCGM.energy,
  },
  smClock: { ...gauge('gpu_sm_clock_hz', '{Hz}', 'Clock of the processors'), dcgm: DCGM.smClock },
  memoryClock: { ...gauge('gpu_memory_clock_hz', '{Hz}', 'Clock of the memory'), dcgm: DCGM.memoryClock },
  pcieTx: {
    ...sum('gpu_pcie_tx_bytes', 'By', 'Bytes sent over PCIe since the meter started'),
    hw: { name: 'hw.gpu.io', attributes: { 'network.io.direction': 'transmit' } },
  },
  pcieRx: {
    ...sum('gpu_pcie_rx_bytes', 'By', 'Bytes received over PCIe since the meter started'),
    hw: { name: 'hw.gpu.io', attributes: { 'network.io.direction': 'receive' } },
  },
  pcieTxRate: {
    ...gauge('gpu_pcie_tx_bytes_per_second', 'By/s', 'Bytes per second sent over PCIe'),
    dcgm: DCGM.pcieTx,
  },
  pcieRxRate: {
    ...gauge('gpu_pcie_rx_bytes_per_second', 'By/s', 'Bytes per second received over PCIe'),
    dcgm: DCGM.pcieRx,
  },
  nvlinkTx: counter('gpu_nvlink_tx_bytes_total', 'By', 'Bytes sent over NVLink, all links'),
  nvlinkRx: counter('gpu_nvlink_rx_bytes_total', 'By', 'Bytes received over NVLink, all links'),
  encoderUtilization: {
    ...gauge('gpu_encoder_utilization_percent', '%', 'Share of time in which the video encoder ran'),
    hw: task('encoder'),
    dcgm: DCGM.encoderUtilization,
  },
  decoderUtilization: {
    ...gauge('gpu_decoder_utilization_percent', '%', 'Share of time in which the video decoder ran'),
    hw: task('decoder'),
    dcgm: DCGM.decoderUtilization,
  },
  smActive: gauge('gpu_sm_active_percent', '%', 'Share of the processors that were busy (Hopper and later)'),
  smOccupancy: gauge(
    'gpu_sm_occupancy_percent',
    '%',
    'Warps that were active / warps that could be (Hopper and later)',
  ),
  tensorActive: gauge(
    'gpu_tensor_active_percent',
    '%',
    'Share of time in which tensor cores worked (Hopper and later)',
  ),
  memoryBandwidth: gauge('gpu_memory_bandwidth_percent', '%', 'Memory bandwidth used / possible (Hopper and later)'),
  fanSpeed: {
    ...gauge('gpu_fan_speed_percent', '%', 'Speed that the fan is meant to have, of its greatest'),
    hw: { name: 'hw.fan.speed_ratio', factor: 0.01, sensor: 'fan' },
    dcgm: DCGM.fanSpeed,
  },
  fanRpm: {
    ...gauge('gpu_fan_speed_rpm', '{rpm}', 'Speed of the fan in revolutions per minute'),
    hw: { name: 'hw.fan.speed', sensor: 'fan' },
  },
  eccCorrected: { ...errors('corrected'), dcgm: DCGM.eccCorrected },
  eccUncorrected: { ...errors('uncorrected'), dcgm: DCGM.eccUncorrected },
  pcieReplays: { ...errors('pcie_replay'), dcgm: DCGM.pcieReplays },
  xidTotal: errors('xid'),
  xid: {
    ...counter('gpu_xid_errors_total', '{error}', 'XID errors since the meter started, by code'),
    dynamic: ['xid'],
    dcgm: DCGM.xid,
  },
  xidSeen: { ...gauge('gpu_xid_last_timestamp_seconds', 's', 'When the XID error last came'), dynamic: ['xid'] },
  remappedCorrectable: { ...REMAPPED, labels: { error_type: 'corrected' }, dcgm: DCGM.remappedCorrectable },
  remappedUncorrectable: { ...REMAPPED, labels: { error_type: 'uncorrected' }, dcgm: DCGM.remappedUncorrectable },
  remapFailed: { ...gauge('gpu_row_remap_failed', '', '1 where a row could not be replaced'), dcgm: DCGM.remapFailed },
  recoveryAction: gauge('gpu_recovery_action', '', 'What the driver asks for: 0 nothing, 1 reset the GPU, 2 reboot'),
  idle: reason('idle'),
  applicationClocks: reason('application_clocks'),
  powerCap: reason('sw_power_cap'),
  hardwareSlowdown: reason('hw_slowdown'),
  syncBoost: reason('sync_boost'),
  softwareThermal: reason('sw_thermal'),
  hardwareThermal: reason('hw_thermal'),
  powerBrake: reason('hw_power_brake'),
  displayClocks: reason('display_clocks'),
  heldByPowerCap: held('sw_power_cap'),
  heldBySyncBoost: held('sync_boost'),
  heldBySoftwareThermal: held('sw_thermal'),
  heldByHardwareThermal: held('hw_thermal'),
  heldByPowerBrake: held('hw_power_brake'),
  ok: status('ok', 'ok'),
  failed: status('failed', 'failed'),
  suspended: status('suspended'),
  processMemory: {
    ...sum('gpu_process_memory_bytes', 'By', 'Memory of the device that a process uses'),
    dynamic: ['process', 'pid', 'pod_uid', 'container_id'],
    dcgm: DCGM.memoryUsed,
  },
  processUtilization: {
    ...gauge('gpu_process_sm_utilization_percent', '%', 'Share of the processors that a process used'),
    dynamic: ['process', 'pid', 'pod_uid', 'container_id'],
    dcgm: DCGM.utilization,
  },
} as const satisfies Record<string, Convention>;

/** Names a row of {@link CONVENTIONS}. */
export type ValueKey = keyof typeof CONVENTIONS;

/** The same rows, each by its widest type. */
export const ROWS: Readonly<Record<ValueKey, Convention>> = { ...CONVENTIONS };

/** Keys of {@link CONVENTIONS}, in the order of the table. */
export const KEYS: readonly ValueKey[] = Object.keys(CONVENTIONS) as ValueKey[];
