import type { NvmlApi } from './api';

/** What the NVML source does; set by the meter's options. */
export interface NvmlOptions {
  /** Folder that holds `proc`, `sys` and `dev`. */
  readonly root: string;
  /** Path of the library, instead of the usual places. */
  readonly library?: string | undefined;
  /** Whether processes are read. */
  readonly processes: boolean;
  /** Whether processes are told with their pods and containers. */
  readonly pods: boolean;
  /** Whether PCIe is sampled, 40 ms a board, where there is nothing better. */
  readonly pcieThroughput: boolean;
  /** `per-poll` lets go of the driver between two polls. */
  readonly holdDriver: 'always' | 'per-poll';
  /** Opens the library; a test gives another. */
  readonly open?: ((library: string | undefined) => Promise<NvmlApi>) | undefined;
}
