import { Worker } from 'node:worker_threads';
import type { Reading, SessionSettings } from '../session';
import type { Transport } from './transport';

/** Runs the sources in a thread. It costs less than a process, but while a driver hangs the application can't exit. */
export function startWorker(helper: string, settings: SessionSettings): Transport {
  const worker = new Worker(helper, { workerData: settings, execArgv: [] });
  worker.unref();
  let resolve: ((reading: Reading) => void) | undefined;
  let reject: ((error: Error) => void) | undefined;
  const transport = {
    gone: false,
    poll: () =>
      new Promise<Reading>((onReading, onError) => {
        resolve = onReading;
        reject = onError;
        worker.postMessage('poll');
      }),
    kill: () => void worker.terminate(),
  };
  const end = (error: Error) => {
    transport.gone = true;
    reject?.(error);
  };
  worker.on('message', (reading: Reading) => resolve?.(reading));
  worker.on('error', end);
  worker.on('exit', (code) => end(new Error(`the worker ended with code ${code}`)));
  return transport;
}
