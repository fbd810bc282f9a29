import type { Suite } from '../suite.ts';
import { createBench, type Side } from '../workload/bench.ts';
import { heldHeap } from '../workload/heap.ts';

const TOKENS = 40;
const READ = 20;
const COUNT = 1000;
/** Streams that are held once before, for the engine to have seen it all. */
const WARM_UP = 200;

/** What an open stream holds, half read. */
export const suite: Suite = {
  title: 'Memory held per open stream',
  method: '1,000 streams open at once, half of each read; heap after a full collection, above what bare ones hold.',
  rounds: 5,
  otherRounds: 2,
  nodeOptions: ['--expose-gc'],
  async measure(contender) {
    const { bare, watched, fetches } = await createBench(contender);
    const answer = fetches.stream(TOKENS, 'split');
    for (const side of [bare, watched]) await heldPerStream(side, answer, WARM_UP);
    const first = await heldPerStream(bare, answer);
    const second = (await heldPerStream(watched, answer)) + (await heldPerStream(watched, answer));
    const third = await heldPerStream(bare, answer);
    return { 'bare held B': (first + third) / 2, 'held B': (second - first - third) / 2 };
  },
};

async function heldPerStream({ create, consumer }: Side, answer: typeof fetch, count = COUNT): Promise<number> {
  const client = create({ fetch: answer });
  const before = await heldHeap();
  const iterations: AsyncIterator<unknown>[] = [];
  for (let stream = 0; stream < count; stream++) {
    const iteration = (await consumer.openStream(client))[Symbol.asyncIterator]();
    for (let chunk = 0; chunk < READ; chunk++) await iteration.next();
    iterations.push(iteration);
  }
  const held = (await heldHeap()) - before;
  for (const iteration of iterations) while (!(await iteration.next()).done);
  return held / count;
}
