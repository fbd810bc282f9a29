import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Contender, clientOf } from '../contender.ts';
import type { Suite } from '../suite.ts';
import { loadWorkload } from '../workload/workload.ts';

const IMPORT = fileURLToPath(new URL('../workload/time-import.ts', import.meta.url));

/** What importing the package adds to an application. */
export const suite: Suite = {
  title: 'Cold start',
  method:
    'Time to import the package, each time in a fresh process: after the client and `@opentelemetry/api`, which ' +
    'an application with telemetry has; and after the client alone.',
  rounds: 9,
  otherRounds: 5,
  takesPart: isPublished,
  async measure(contender) {
    const entry = contender.entry ?? contender.package!;
    const { package: client } = await loadWorkload(clientOf(contender));
    return {
      'import ms': timeImport(client, '@opentelemetry/api', entry),
      'import without the API loaded ms': timeImport(client, entry),
    };
  },
};

function timeImport(...names: readonly string[]): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, [IMPORT, ...names], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.slice(-500));
  return Number(stdout.trim().split('\n').at(-1));
}

/** One row per package: further set-ups of the same package don't name it. */
export function isPublished(contender: Contender): boolean {
  return contender.package !== undefined && contender.names !== undefined;
}
