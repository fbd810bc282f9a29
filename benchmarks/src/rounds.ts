import type { Plan } from './arguments.ts';
import type { Contender } from './contender.ts';
import { measureInProcess } from './process.ts';
import { median } from './statistics.ts';
import type { Measures, Suite } from './suite.ts';

/** A metric over the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** A contender's row: its metrics, or why there are none. */
export type Row = { readonly metrics: Readonly<Record<string, Spread>> } | { readonly failed: string };

/** A suite's table, by contender. */
export type Table = Readonly<Record<string, Row>>;

/** Plays the rounds of a suite: in each, the contenders take their turns, from another beginning. */
export async function playSuite(name: string, plan: Plan, say: (line: string) => void): Promise<Table> {
  const suite = await loadSuite(name);
  const contenders = await participants(suite, plan.contenders);
  const roundsOf = await countRounds(suite, plan, contenders);
  const rounds = Math.max(...roundsOf.values());
  const results = new Map<string, Result>(
    contenders.map((contender) => [contender, { values: {}, failed: undefined }]),
  );
  for (let round = 0; round < rounds; round++) {
    const playing = contenders.filter((contender) => round % Math.ceil(rounds / roundsOf.get(contender)!) === 0);
    for (const contender of rotated(playing, round)) {
      const result = results.get(contender)!;
      // What has never worked is not tried again.
      if (result.failed !== undefined && isEmpty(result)) continue;
      const told = await measureInProcess(suite, name, contender, { quick: plan.quick });
      if ('failed' in told) result.failed = told.failed;
      else collect(result.values, told.measures);
      say(`${name} ${round + 1}/${rounds} ${contender}${'failed' in told ? `: ${told.failed}` : ''}`);
    }
  }
  return Object.fromEntries(contenders.map((contender) => [contender, rowOf(results.get(contender)!)]));
}

/** How many rounds each contender has; those of the fewer are spread over the others'. */
async function countRounds(
  { rounds, otherRounds = rounds }: Suite,
  plan: Plan,
  contenders: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const most = plan.quick ? 1 : Number.POSITIVE_INFINITY;
  const count = async (name: string): Promise<number> => {
    const { kind } = await loadContender(name);
    return plan.rounds ?? Math.min(most, kind === 'ours' ? rounds : otherRounds);
  };
  return new Map(await Promise.all(contenders.map(async (name) => [name, await count(name)] as const)));
}

interface Result {
  readonly values: Record<string, number[]>;
  failed: string | undefined;
}

/** The suite of that name. */
export async function loadSuite(name: string): Promise<Suite> {
  const { suite } = (await import(`./suites/${name}.ts`)) as { suite: Suite };
  return suite;
}

async function participants(suite: Suite, names: readonly string[]): Promise<readonly string[]> {
  const taking: string[] = [];
  for (const name of names) {
    if (suite.takesPart?.(await loadContender(name), name) ?? true) taking.push(name);
  }
  return taking;
}

/** The contender of that name. */
export async function loadContender(name: string): Promise<Contender> {
  const { contender } = (await import(`./contenders/${name}.ts`)) as { contender: Contender };
  return contender;
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function collect(values: Record<string, number[]>, measures: Measures): void {
  for (const [metric, value] of Object.entries(measures)) {
    values[metric] ??= [];
    values[metric].push(value);
  }
}

const isEmpty = ({ values }: Result): boolean => Object.keys(values).length === 0;

function rowOf(result: Result): Row {
  const { values, failed } = result;
  if (failed !== undefined && isEmpty(result)) return { failed };
  return { metrics: Object.fromEntries(Object.entries(values).map(([metric, all]) => [metric, spreadOf(all)])) };
}

const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
  rounds: values.length,
});
