const SIGNAL = 'SIGTERM';

/** Sends what waits; whether it was done by its deadline. */
type Flush = () => Promise<boolean>;

/** Flushes when the process runs out of work, and on SIGTERM; the exit code stays what it would have been. */
export function flushAtExit(flush: Flush): () => void {
  // Once only: a flush is work, after which the process runs out of work again.
  const runOut = async () => {
    const alone = process.listenerCount('beforeExit') === 0;
    const done = await flush();
    // What an exporter still tries must not hold up a process that nobody gave other work.
    if (!done && alone) process.exit();
  };
  const terminate = async () => {
    // Without a listener of its own the application wants to end here.
    const alone = process.listenerCount(SIGNAL) === 0;
    await flush();
    if (alone) process.kill(process.pid, SIGNAL);
  };
  // The first one sees the others, before those that listen once have gone.
  process.prependOnceListener('beforeExit', runOut);
  process.prependOnceListener(SIGNAL, terminate);
  return () => {
    process.off('beforeExit', runOut);
    process.off(SIGNAL, terminate);
  };
}
