import { setTimeout } from 'node:timers/promises';

const PATIENCE_MILLIS = 3000;
const ROUND_MILLIS = 3;

/** Waits until the condition holds, or patience ends. Says whether it came to hold. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MILLIS;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await setTimeout(ROUND_MILLIS);
  }
  return true;
}
