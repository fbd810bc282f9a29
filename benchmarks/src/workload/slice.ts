import { GCProfiler, getHeapStatistics } from 'node:v8';
import { median, quantile } from '../statistics.ts';

/** What a piece of work took. */
export interface Cost {
  /** CPU time of this thread, in nanoseconds. */
  readonly nanos: number;
  /** Heap allocated, in bytes. */
  readonly bytes: number;
}

type Work = () => Promise<unknown>;
type Turn<Name extends string> = Record<Name, Cost>;

// The sum alone is exact: the kernel splits it by ticks. The thread's own time would be exact to a tick only.
const cpuNanos = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};

async function slice(work: Work): Promise<Cost> {
  const heap = getHeapStatistics().used_heap_size;
  const cpu = cpuNanos();
  await work();
  const nanos = cpuNanos() - cpu;
  return { nanos, bytes: getHeapStatistics().used_heap_size - heap };
}

/** Turns between two collections of garbage: so many that the young generation has room for them. */
const TURNS_A_BLOCK = 5;

/**
 * Runs a slice of each piece in turn, in random order, `blocks` times five turns. Returns the cost of each piece: of
 * its time the tenth percentile, which other work of the machine touches least, and of its bytes the median.
 */
export async function interleave<Name extends string>(
  pieces: Readonly<Record<Name, Work>>,
  blocks: number,
): Promise<Turn<Name>> {
  const turns: Turn<Name>[] = [];
  for (let block = 0; block < blocks; block++) turns.push(...(await measureBlock(pieces)));
  if (turns.length < (TURNS_A_BLOCK * blocks) / 2) throw new Error('garbage was collected in most of the slices');
  const typical = (name: Name): Cost => ({
    nanos: quantile(
      turns.map((turn) => turn[name].nanos),
      0.1,
    ),
    bytes: median(turns.map((turn) => turn[name].bytes)),
  });
  return record(Object.keys(pieces) as Name[], typical);
}

/** Five turns, or none of them where the engine collected garbage meanwhile. */
async function measureBlock<Name extends string>(pieces: Readonly<Record<Name, Work>>): Promise<Turn<Name>[]> {
  globalThis.gc!({ type: 'minor', execution: 'sync' });
  const profiler = new GCProfiler();
  profiler.start();
  const turns: Turn<Name>[] = [];
  for (let turn = 0; turn < TURNS_A_BLOCK; turn++) turns.push(await measureTurn(pieces));
  const { statistics } = profiler.stop() as unknown as { statistics: unknown[] };
  return statistics.length === 0 ? turns : [];
}

async function measureTurn<Name extends string>(pieces: Readonly<Record<Name, Work>>): Promise<Turn<Name>> {
  const costs: Partial<Turn<Name>> = {};
  for (const name of shuffled(Object.keys(pieces) as Name[])) costs[name] = await slice(pieces[name]);
  return costs as Turn<Name>;
}

export function shuffled<Item>(items: readonly Item[]): Item[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }));
  return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item);
}

const record = <Name extends string, Value>(names: readonly Name[], value: (name: Name) => Value) =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, Value>;
