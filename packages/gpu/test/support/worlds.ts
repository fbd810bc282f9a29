import type { World } from './fake';

const GIB = 1024 ** 3;

/** A board whose every value differs from the others'. */
export function board(index: number): World {
  return {
    uuid: `GPU-0000000${index}-1111-2222-3333-444444444444`,
    name: 'NVIDIA A100-SXM4-80GB',
    busId: `00000000:0${index}:00.0`,
    pcieGeneration: 4,
    pcieWidth: 16,
    gpuPercent: 10 + index,
    memoryPercent: 20 + index,
    memory: { total: 80 * GIB, free: (40 + index) * GIB, reserved: GIB / 2 },
    celsius: 50 + index,
    slowdownCelsius: 92,
    shutdownCelsius: 95,
    powerMilliwatts: 123_456 + index,
    limitMilliwatts: 400_000,
    smMegahertz: 1410 + index,
    memoryMegahertz: 1593,
    encoderPercent: 30 + index,
    decoderPercent: 40 + index,
    fanPercent: 60 + index,
    reasons: 0x4,
    fields: {
      82: { type: 1, value: 60 + index },
      83: { type: 3, value: 9_876_543_210 + index },
      94: { type: 1, value: 3 + index },
      3: { type: 3, value: 7 + index },
      4: { type: 3, value: index },
      142: { type: 1, value: 1 },
      143: { type: 1, value: 2 },
      145: { type: 1, value: 0 },
      74: { type: 3, value: 1_500_000_000 },
      76: { type: 3, value: 0 },
      269: { type: 3, value: 2_500_000_000 },
      270: { type: 3, value: 3_500_000_000 },
      271: { type: 3, value: 0 },
      138: { type: 3, value: 1024 + index },
      139: { type: 3, value: 2048 + index },
      230: { type: 1, value: 0 },
    },
    xids: [],
  };
}

/** A machine with so many boards. */
export const machine = (count: number): World & { devices: World[] } => ({
  driverVersion: '550.163.01',
  devices: Array.from({ length: count }, (_, index) => board(index)),
});

/** What {@link board} must be read as: name and labels to value. */
export function expected(index: number): Record<string, number> {
  return {
    gpu_utilization_percent: 10 + index,
    gpu_memory_controller_utilization_percent: 20 + index,
    gpu_memory_total_bytes: 80 * GIB,
    gpu_memory_free_bytes: (40 + index) * GIB,
    gpu_memory_reserved_bytes: GIB / 2,
    gpu_memory_used_bytes: (40 - index) * GIB - GIB / 2,
    gpu_temperature_celsius: 50 + index,
    gpu_memory_temperature_celsius: 60 + index,
    'gpu_temperature_limit_celsius limit=slowdown': 92,
    'gpu_temperature_limit_celsius limit=shutdown': 95,
    gpu_power_usage_watts: (123_456 + index) / 1000,
    gpu_power_limit_watts: 400,
    gpu_energy_joules_total: (9_876_543_210 + index) / 1000,
    gpu_sm_clock_hz: (1410 + index) * 1e6,
    gpu_memory_clock_hz: 1593e6,
    gpu_nvlink_tx_bytes_total: (1024 + index) * 1024,
    gpu_nvlink_rx_bytes_total: (2048 + index) * 1024,
    gpu_encoder_utilization_percent: 30 + index,
    gpu_decoder_utilization_percent: 40 + index,
    gpu_fan_speed_percent: 60 + index,
    'gpu_errors_total error_type=corrected': 7 + index,
    'gpu_errors_total error_type=uncorrected': index,
    'gpu_errors_total error_type=pcie_replay': 3 + index,
    'gpu_errors_total error_type=xid': 0,
    'gpu_remapped_rows_total error_type=corrected': 1,
    'gpu_remapped_rows_total error_type=uncorrected': 2,
    gpu_row_remap_failed: 0,
    gpu_recovery_action: 0,
    'gpu_throttle_active reason=idle': 0,
    'gpu_throttle_active reason=application_clocks': 0,
    'gpu_throttle_active reason=sw_power_cap': 1,
    'gpu_throttle_active reason=hw_slowdown': 0,
    'gpu_throttle_active reason=sync_boost': 0,
    'gpu_throttle_active reason=sw_thermal': 0,
    'gpu_throttle_active reason=hw_thermal': 0,
    'gpu_throttle_active reason=hw_power_brake': 0,
    'gpu_throttle_active reason=display_clocks': 0,
    'gpu_throttle_seconds_total reason=sw_power_cap': 1.5,
    'gpu_throttle_seconds_total reason=sync_boost': 0,
    'gpu_throttle_seconds_total reason=sw_thermal': 2.5,
    'gpu_throttle_seconds_total reason=hw_thermal': 3.5,
    'gpu_throttle_seconds_total reason=hw_power_brake': 0,
    'gpu_status state=ok': 1,
    'gpu_status state=failed': 0,
    'gpu_status state=suspended': 0,
  };
}
