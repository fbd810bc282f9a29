import { setTimeout } from 'node:timers/promises';

/** Rejections are reported after the microtasks, and those of aborted fetches some turns later. */
const SETTLE_MILLIS = Number(process.env.SETTLE_MILLIS ?? 15);

/** Runs `work` and collects the unhandled rejections meanwhile, which the test runner then does not see. */
export async function withRejections<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly rejections: readonly unknown[] }> {
  const rejections: unknown[] = [];
  const others = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[];
  const listener = (reason: unknown): void => void rejections.push(reason);
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', listener);
  try {
    const result = await work();
    await setTimeout(SETTLE_MILLIS);
    return { result, rejections };
  } finally {
    process.off('unhandledRejection', listener);
    for (const other of others) process.on('unhandledRejection', other);
  }
}
