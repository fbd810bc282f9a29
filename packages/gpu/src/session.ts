import { AmdgpuSource } from './amdgpu/source';
import { NvidiaSmiSource } from './nvidia-smi';
import type { NvmlApi } from './nvml/api';
import { NvmlSource } from './nvml/source';
import type { GpuSource, SourceReading } from './source';

/** What a session is told; plain data, since it crosses to the helper. */
export interface SessionSettings {
  readonly root: string;
  readonly library?: string | undefined;
  readonly processes: boolean;
  readonly pods: boolean;
  readonly pcieThroughput: boolean;
  readonly holdDriver: 'always' | 'per-poll';
  readonly timeoutMillis: number;
}

/** What one poll found. */
export interface Reading {
  readonly sources: readonly SourceReading[];
  /** Time that the sources took. */
  readonly seconds: number;
}

/** All sources of a machine. */
export interface Session {
  poll(): Promise<Reading>;
  close(): void;
}

/** Opens a session; `openNvml` stands in for the driver's library in tests. */
export function createSession(
  settings: SessionSettings,
  openNvml?: (library: string | undefined) => Promise<NvmlApi>,
  clock: () => number = () => performance.now(),
): Session {
  const nvidia: GpuSource[] = [
    new NvmlSource({ ...settings, open: openNvml }),
    new NvidiaSmiSource(settings.root, settings.timeoutMillis * 0.8),
  ];
  const amd = new AmdgpuSource(settings.root);
  return {
    async poll() {
      const start = clock();
      const sources = [await pollFirst(nvidia, start), amd.poll(start)];
      return { sources, seconds: (clock() - start) / 1000 };
    },
    close() {
      for (const source of [...nvidia, amd]) source.close();
    },
  };
}

/** The reading of the first source that is not dormant; else of the first, with all reasons. */
async function pollFirst(sources: readonly GpuSource[], nowMillis: number): Promise<SourceReading> {
  const dormant: SourceReading[] = [];
  for (const source of sources) {
    const reading = await source.poll(nowMillis);
    if (reading.state !== 'dormant') return reading;
    dormant.push(reading);
  }
  const reason = dormant.map((reading) => reading.reason).join('; ');
  return { ...(dormant[0] as SourceReading), reason };
}
