import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

/** A program that some tests need, and how to get it. */
export interface Program {
  readonly command: string;
  /** Arguments with which it ends at once, with 0 if it can be used. */
  readonly probe: readonly string[];
  readonly install: string;
}

export const PROMTOOL: Program = { command: 'promtool', probe: ['--version'], install: 'apt-get install prometheus' };
export const PROMETHEUS: Program = {
  command: 'prometheus',
  probe: ['--version'],
  install: 'apt-get install prometheus',
};
/** Built by `scripts/build-prometheus.mjs`, since Debian has 2.42. */
export const PROMETHEUS_3: Program = {
  command: fileURLToPath(new URL('../../../.cache/prometheus-3/prometheus', import.meta.url)),
  probe: ['--version'],
  install: 'node scripts/build-prometheus.mjs, which needs Go',
};
export const PYTHON_CLIENT: Program = {
  command: 'python3',
  probe: ['-c', 'import prometheus_client'],
  install: 'pip install prometheus_client',
};

/** Skips the test, with the reason in the report and in the log, where the program is missing. */
export function needs(context: TestContext, { command, probe, install }: Program): void {
  if (spawnSync(command, probe).status === 0) return;
  const reason = `'${[command, ...probe].join(' ')}' does not work here (${install})`;
  console.info(`skipped: ${context.task.name}: ${reason}`);
  context.skip(reason);
}

/** Runs a program on `input`; what it says and how it ends. */
export function run(
  command: string,
  parameters: readonly string[],
  input: string,
): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(command, parameters, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  return { status, said: stdout + stderr };
}
