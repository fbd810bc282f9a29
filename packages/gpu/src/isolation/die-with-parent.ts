import { loadKoffi } from '../nvml/koffi-api';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * Has the kernel end this process when its parent ends, also while it hangs in a call and hears nothing of it. Linux only, and
 * only with koffi; else a helper that hangs outlives a parent that was killed, until its call returns.
 */
export async function dieWithParent(): Promise<void> {
  if (process.platform !== 'linux') return;
  try {
    const koffi = await loadKoffi();
    koffi.load(null).func('prctl', 'int', ['int', 'uint64_t', 'uint64_t', 'uint64_t', 'uint64_t'])(
      PR_SET_PDEATHSIG,
      SIGKILL,
      0,
      0,
      0,
    );
  } catch {
    // Without it the helper works as well.
  }
}
