import { type ChildProcess, fork } from 'node:child_process';
import type { Reading, SessionSettings } from '../session';
import type { Transport } from './transport';

// Small heaps, since the helper keeps next to nothing; and no optimizing compilers, which take 12 MB to save half a millisecond.
export const FLAGS: readonly string[] = [
  '--max-semi-space-size=1',
  '--max-old-space-size=64',
  '--no-opt',
  '--no-maglev',
];

/** Runs the sources in a process of their own: whatever a driver does to it, the application goes on. */
export function startProcess(helper: string, settings: SessionSettings): Transport {
  const child = fork(helper, [JSON.stringify(settings)], {
    execArgv: 'bun' in process.versions || 'deno' in process.versions ? [] : [...FLAGS],
    env: helperEnvironment(),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // Neither keeps the application alive. (Bun's channel has no `unref`.)
  child.unref();
  (child.channel as { unref?: () => void } | null | undefined)?.unref?.();
  return new ProcessTransport(child);
}

/** Without what is meant for the application: `--import`, `--inspect`, coverage. */
function helperEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...environment } = process.env;
  return environment;
}

class ProcessTransport implements Transport {
  readonly #child: ChildProcess;
  readonly #killAtExit = () => void this.#child.kill('SIGKILL');
  #resolve: ((reading: Reading) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;
  gone = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (reading) => this.#resolve?.(reading as Reading));
    child.on('error', (error) => this.#end(error));
    child.on('exit', (code, signal) => this.#end(new Error(`the helper ended with ${signal ?? `code ${code}`}`)));
    process.on('exit', this.#killAtExit);
  }

  poll(): Promise<Reading> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#child.send('poll', (error) => error && reject(error));
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
    if (this.#child.connected) this.#child.disconnect();
  }

  #end(error: Error): void {
    this.gone = true;
    process.off('exit', this.#killAtExit);
    this.#reject?.(error);
  }
}
