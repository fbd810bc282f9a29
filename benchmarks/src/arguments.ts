import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CLIENTS } from './workload/workload.ts';

/** What to run. */
export interface Plan {
  readonly suites: readonly string[];
  readonly contenders: readonly string[];
  readonly quick: boolean;
  /** Overrides each suite's own number. */
  readonly rounds: number | undefined;
  /** All contenders take part, so that the results may be kept. */
  readonly complete: boolean;
}

const USAGE = `pnpm bench [--only chunk,call] [--contenders bare,floor,ours] [--rounds 3] [--quick]`;

/** Reads the command line; a contender's name stands for all that begin with it (\`ours\`: its three set-ups). */
export function readArguments(args: readonly string[]): Plan {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      only: { type: 'string' },
      contenders: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  return {
    suites: choose(SUITES, values.only),
    contenders: choose(contenders(), values.contenders),
    complete: values.contenders === undefined,
    quick: values.quick,
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
  };
}

/** All suites, in the order of the report. */
export const SUITES: readonly string[] = [
  'chunk',
  'call',
  'held',
  'growth',
  'concurrent',
  'accuracy',
  'cold-start',
  'size',
];
/** The references and ours come first. */
const FIRST = ['bare', 'floor', 'sdk', 'ours', 'ours-native', 'ours-no-producer', 'ours-no-provider'];

/** Every file of the folder; those of one client begin with its name, but for `openai`, whose names have none before them. */
function contenders(): string[] {
  const names = readdirSync(new URL('contenders', import.meta.url)).map((file) => file.replace(/\.ts$/, ''));
  const first = CLIENTS.flatMap((client) => FIRST.map((name) => (client === 'openai' ? name : `${client}-${name}`)));
  return [...first.filter((name) => names.includes(name)), ...names.filter((name) => !first.includes(name)).toSorted()];
}

function choose(known: readonly string[], wanted: string | undefined): readonly string[] {
  if (wanted === undefined) return known;
  return wanted.split(',').flatMap((name) => {
    const found = known.filter((one) => one === name || one.startsWith(`${name}-`));
    if (found.length === 0) throw new Error(`${name} is none of ${known.join(', ')}\n${USAGE}`);
    return found;
  });
}
