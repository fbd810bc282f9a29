// Sizes and offsets of nvml.h 13, in bytes, little-endian. Compared with the C compiler's by the tests.

export const MEMORY_V1 = { size: 24, total: 0, free: 8, used: 16 } as const;
export const MEMORY_V2 = { size: 40, version: 0x02_00_00_28, total: 8, reserved: 16, free: 24, used: 32 } as const;
export const UTILIZATION = { size: 8, gpu: 0, memory: 4 } as const;
export const TEMPERATURE = { size: 12, version: 0x01_00_00_0c, sensor: 4, value: 8 } as const;
export const SAMPLE = { size: 16, timestamp: 0, value: 8 } as const;
export const PROCESS_V1 = { size: 16, pid: 0, memory: 8 } as const;
export const PROCESS = { size: 24, pid: 0, memory: 8, gpuInstance: 16, computeInstance: 20 } as const;
/** What the first drivers of R535 wrote under the name of {@link PROCESS}. */
export const PROCESS_EARLY_535 = { ...PROCESS, size: 32 } as const;
export const PROCESS_SAMPLE = { size: 32, pid: 0, timestamp: 8, sm: 16, memory: 20 } as const;
export const FIELD = { size: 40, id: 0, scope: 4, timestamp: 8, type: 24, code: 28, value: 32 } as const;
export const PCI = { size: 68, busId: 36, busIdLength: 32 } as const;
export const EVENT = { size: 32, device: 0, type: 8, data: 16, gpuInstance: 24, computeInstance: 28 } as const;
export const GPM = { header: 24, version: 1, count: 4, first: 8, second: 16, size: 40, code: 4, value: 8 } as const;
export const GPM_SUPPORT = { size: 8, version: 1, supported: 4 } as const;
export const INSTANCE_INFO = { size: 24, profile: 12 } as const;
export const PROFILE_V2 = { size: 152, version: 0x02_00_00_98, name: 56, nameLength: 96 } as const;
export const PROFILE_V3 = { size: 152, version: 0x03_00_00_98, name: 48, nameLength: 96 } as const;

/** The array's bound has grown with each driver while its version stayed 1: more than any of them writes. */
export const GPM_BYTES: number = GPM.header + 512 * GPM.size;
/** "Not available" as a 64-bit count. */
export const NOT_AVAILABLE: bigint = 0xffff_ffff_ffff_ffffn;
/** "None" as a 32-bit id, and "all links" as a scope. */
export const NONE = 0xffff_ffff;
export const XID_EVENT = 8n;
