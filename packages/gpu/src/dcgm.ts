/** A name in dcgm-exporter; our value = its value × `factor`. */
export interface DcgmName {
  readonly name: string;
  readonly factor: number;
}

/** The same value in dcgm-exporter, which renamed and rescaled its metrics in 4.9. Absent where the name is not known. */
export interface DcgmNames {
  readonly upTo48?: DcgmName;
  readonly from49?: DcgmName;
}

const MIB = 1024 ** 2;
const both = (name: string): DcgmNames => ({ upTo48: { name, factor: 1 }, from49: { name, factor: 1 } });
const renamed = (before: string, factor: number, after?: string, afterFactor = 1): DcgmNames => ({
  upTo48: { name: `DCGM_FI_${before}`, factor },
  ...(after === undefined ? {} : { from49: { name: `DCGM_FI_${after}`, factor: afterFactor } }),
});

/** Names of dcgm-exporter, by our key. */
export const DCGM = {
  utilization: renamed('DEV_GPU_UTIL', 1, 'DEV_GPU_UTIL_RATIO', 100),
  memoryControllerUtilization: renamed('DEV_MEM_COPY_UTIL', 1),
  memoryUsed: renamed('DEV_FB_USED', MIB),
  memoryTotal: renamed('DEV_FB_TOTAL', MIB, 'DEV_FB_CAPACITY_BYTES'),
  memoryFree: renamed('DEV_FB_FREE', MIB),
  memoryUsedRatio: renamed('DEV_FB_USED_PERCENT', 1, 'DEV_FB_USED_RATIO'),
  temperature: renamed('DEV_GPU_TEMP', 1, 'DEV_GPU_TEMP_CELSIUS'),
  memoryTemperature: renamed('DEV_MEMORY_TEMP', 1, 'DEV_MEMORY_TEMP_CELSIUS'),
  power: renamed('DEV_POWER_USAGE', 1, 'DEV_BOARD_POWER_WATTS'),
  powerLimit: renamed('DEV_ENFORCED_POWER_LIMIT', 1, 'DEV_BOARD_POWER_LIMIT_ENFORCED_WATTS'),
  energy: renamed('DEV_TOTAL_ENERGY_CONSUMPTION', 0.001, 'DEV_GPU_ENERGY_JOULES_TOTAL'),
  smClock: renamed('DEV_SM_CLOCK', 1e6, 'DEV_SM_CLOCK_HERTZ'),
  memoryClock: renamed('DEV_MEM_CLOCK', 1e6, 'DEV_MEMORY_CLOCK_HERTZ'),
  pcieTx: both('DCGM_FI_PROF_PCIE_TX_BYTES'),
  pcieRx: both('DCGM_FI_PROF_PCIE_RX_BYTES'),
  encoderUtilization: renamed('DEV_ENC_UTIL', 1),
  decoderUtilization: renamed('DEV_DEC_UTIL', 1),
  fanSpeed: renamed('DEV_FAN_SPEED', 1, 'DEV_FAN_SPEED_RATIO', 100),
  eccCorrected: renamed('DEV_ECC_SBE_VOL_TOTAL', 1),
  eccUncorrected: renamed('DEV_ECC_DBE_VOL_TOTAL', 1),
  pcieReplays: renamed('DEV_PCIE_REPLAY_COUNTER', 1),
  xid: renamed('DEV_XID_ERRORS', 1, 'DEV_XID_ERROR'),
  remappedCorrectable: renamed('DEV_CORRECTABLE_REMAPPED_ROWS', 1),
  remappedUncorrectable: renamed('DEV_UNCORRECTABLE_REMAPPED_ROWS', 1),
  remapFailed: renamed('DEV_ROW_REMAP_FAILURE', 1),
} as const satisfies Record<string, DcgmNames>;
