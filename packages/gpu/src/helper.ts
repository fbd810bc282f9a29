import { parentPort, workerData } from 'node:worker_threads';
import { dieWithParent } from './isolation/die-with-parent';
import { createSession, type Reading, type SessionSettings } from './session';

// The file that the helper process, or the worker, runs: it answers each message with a reading.
const settings: SessionSettings = parentPort ? workerData : JSON.parse(process.argv[2] ?? '{}');
const session = createSession(settings);

const answer = (reading: Reading): void => {
  if (parentPort) parentPort.postMessage(reading);
  else if (process.connected) process.send?.(reading);
};

const onMessage = (message: unknown): void => {
  if (message === 'close') session.close();
  else void session.poll().then(answer);
};

if (parentPort) parentPort.on('message', onMessage);
else {
  void dieWithParent();
  process.on('message', onMessage);
  // The application has ended, however it did.
  process.on('disconnect', () => process.exit());
  // A Ctrl-C in a terminal goes to the application too, whose business it is.
  process.on('SIGINT', () => {});
}
