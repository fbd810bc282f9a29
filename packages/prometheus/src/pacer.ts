/** Keeps long work from holding up the event loop. */
export interface Pacer {
  /** Whether the work has gone on for long enough. */
  due(): boolean;
  /** Lets everything else have its turn. */
  rest(): Promise<void>;
}

/** Half of what a frame of 60 a second leaves: nobody notices, and the collector of garbage has room beside it. */
const SLICE_MILLIS = 6;

export function createPacer(): Pacer {
  let started = performance.now();
  return {
    due: () => performance.now() - started >= SLICE_MILLIS,
    rest: async () => {
      await nextTurn();
      started = performance.now();
    },
  };
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
