import { setImmediate } from 'node:timers/promises';
import { type Contender, clientOf } from '../contender.ts';
import type { Suite } from '../suite.ts';
import { type Bench, createBench } from '../workload/bench.ts';
import { heldHeap } from '../workload/heap.ts';

const BATCH = 500;

/** What completed calls leave behind. */
export const suite: Suite = {
  title: 'Growth over completed calls',
  method:
    'Plain calls and one-chunk streams in turn; heap after a full collection at 20,000, 100,000 and 200,000 calls of ours, at a ' +
    'quarter of that for all others.',
  rounds: 1,
  nodeOptions: ['--expose-gc'],
  takesPart: (contender) => clientOf(contender) === 'openai',
  async measure(contender, { quick }) {
    const bench = await createBench(contender);
    const [start, middle, end] = marks(contender, quick);
    const heaps: number[] = [];
    let calls = 0;
    for (const mark of [start, middle, end]) {
      for (; calls < mark; calls += 2 * BATCH) await makeCalls(bench);
      heaps.push(await heldHeap());
    }
    const [early, between, late] = heaps as [number, number, number];
    return {
      'growth B/call': (late - early) / (end - start),
      'growth, second half, B/call': (late - between) / (end - middle),
      'heap at the end MB': late / 1e6,
    };
  },
};

type Marks = readonly [number, number, number];

function marks({ kind }: Contender, quick: boolean): Marks {
  if (quick) return [4_000, 10_000, 20_000];
  return kind === 'ours' ? [20_000, 100_000, 200_000] : [5_000, 25_000, 50_000];
}

async function makeCalls({ watched: { create, consumer }, fetches }: Bench): Promise<void> {
  await consumer.readStreams(create({ fetch: fetches.oneChunk }), BATCH);
  await consumer.readPlain(create({ fetch: fetches.plain }), BATCH);
  await setImmediate();
}
