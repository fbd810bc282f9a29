import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NvmlApi } from './api';
import { loadKoffi, openLibrary } from './koffi-api';

/** Environment variable that names the library, ahead of every other place. */
const LIBRARY_VARIABLE = 'LLM_OTEL_NVML_LIBRARY';

// `libnvidia-ml.so` without the 1 may be the stub that CUDA brings for linking.
const NAME = 'libnvidia-ml.so.1';
const FOLDERS = [
  '/usr/lib/wsl/lib',
  '/usr/local/nvidia/lib64',
  '/run/opengl-driver/lib',
  '/usr/lib/aarch64-linux-gnu/tegra',
  '/usr/lib/aarch64-linux-gnu/nvidia',
  '/run/nvidia/driver/usr/lib/x86_64-linux-gnu',
  '/run/nvidia/driver/usr/lib64',
];

const SIGNS = ['proc/driver/nvidia/version', 'sys/module/nvidia', 'dev/nvidiactl', 'dev/dxg'];

/** Whether a driver is loaded. Without one `nvmlInit` would create device files when it runs as root. */
export function hasNvidiaDriver(root: string): boolean {
  if (process.platform === 'win32') return existsSync(windowsLibrary());
  return SIGNS.some((sign) => existsSync(join(root, sign)));
}

/** Whether this Node runs on musl, where NVIDIA's library (made for glibc) crashes. */
function isMusl(): boolean {
  if (process.platform !== 'linux' || process.report === undefined) return false;
  const report = process.report as { excludeNetwork?: boolean; getReport(): object };
  const { excludeNetwork } = report;
  // Else the report looks up the names of all peers.
  report.excludeNetwork = true;
  const { header, sharedObjects } = report.getReport() as Report;
  report.excludeNetwork = excludeNetwork;
  return header?.glibcVersionRuntime === undefined && sharedObjects?.some((path) => /musl/.test(path)) === true;
}

interface Report {
  readonly header?: { readonly glibcVersionRuntime?: string };
  readonly sharedObjects?: readonly string[];
}

/** Opens the driver's library. Rejects with one sentence that says what is missing. */
export async function openNvml(library: string | undefined): Promise<NvmlApi> {
  if (isMusl()) throw new Error('NVML needs glibc, and this Node runs on musl (Alpine): take an image with glibc');
  const koffi = await loadKoffi().catch((error) => {
    const why = /not found|cannot find/i.test(error.message) ? 'npm install koffi' : error.message;
    throw new Error(`there is an NVIDIA driver, but koffi, through which it is read, is missing: ${why}`);
  });
  const failures: string[] = [];
  for (const path of candidates(library)) {
    try {
      return openLibrary(koffi, path);
    } catch (error) {
      failures.push(`${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`there is an NVIDIA driver, but its library can't be loaded: ${failures[0]}`);
}

function candidates(library: string | undefined): readonly string[] {
  const told = library ?? process.env[LIBRARY_VARIABLE];
  if (told !== undefined && told !== '') return [told];
  if (process.platform === 'win32') return [windowsLibrary()];
  return [NAME, ...FOLDERS.map((folder) => join(folder, NAME)).filter((path) => existsSync(path))];
}

const windowsLibrary = (): string => join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'nvml.dll');
