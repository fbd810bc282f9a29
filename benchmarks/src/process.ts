import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Effort, Measures, Suite } from './suite.ts';

/** What a process told, or why it told nothing. */
export type Told = { readonly measures: Measures } | { readonly failed: string };

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
const LIMIT_MILLIS = 600_000;

/** Runs one suite for one contender in a process of its own. */
export function measureInProcess(suite: Suite, name: string, contender: string, effort: Effort): Promise<Told> {
  const child = fork(CHILD, [name, contender, JSON.stringify(effort)], {
    execArgv: [...(suite.nodeOptions ?? [])],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: LIMIT_MILLIS,
  });
  let errors = '';
  child.stderr!.on('data', (data: Buffer) => {
    errors = (errors + data).slice(-4000);
  });
  let told: Told | undefined;
  child.on('message', (measures: Measures) => {
    told = { measures };
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve(told ?? { failed: reason(errors) ?? `exit ${code ?? signal}` }));
  });
}

/** The line of an error that says what it is. */
function reason(errors: string): string | undefined {
  const lines = errors.split('\n').map((line) => line.trim());
  return lines.find((line) => /^(Uncaught )?\w*Error( \[\w+\])?:/.test(line))?.slice(0, 200);
}
