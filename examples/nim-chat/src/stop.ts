import { constants } from 'node:os';

/** After this, a second signal ends the process as if nobody had listened. */
const PATIENCE_MILLIS = 1000;

/** What is known of the end that somebody asked for. */
export interface Stop {
  /** Aborted by SIGINT, SIGTERM or a closed pipe. */
  readonly signal: AbortSignal;
  /** As a shell gives it: 130 for SIGINT. */
  exitCode(): number;
}

/** Listens for whatever asks the process to end. */
export function onStop(): Stop {
  const controller = new AbortController();
  let number: number = constants.signals.SIGPIPE;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      number = constants.signals[name];
      controller.abort();
      const ignore = () => undefined;
      process.on(name, ignore);
      setTimeout(() => process.off(name, ignore), PATIENCE_MILLIS).unref();
    });
  }
  // `npm run demo | head`: nobody reads on.
  process.stdout.on('error', () => controller.abort());
  return { signal: controller.signal, exitCode: () => 128 + number };
}
