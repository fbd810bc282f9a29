import type { Suite } from '../suite.ts';
import { CLIENT, createBench, type Side } from '../workload/bench.ts';
import { streamFetch } from '../workload/fetches.ts';
import { heldHeap } from '../workload/heap.ts';

const TOKENS = 100;
const READ = 50;
const COUNT = 1000;

/** What an open stream holds, half read. */
export const suite: Suite = {
  title: 'Memory held per open stream',
  method: '1,000 streams open at once, half of each read; heap after a full collection, above what bare ones hold.',
  rounds: 5,
  nodeOptions: ['--expose-gc'],
  async measure(contender) {
    const { bare, watched } = await createBench(contender);
    for (const side of [bare, watched]) await heldPerStream(side);
    const first = await heldPerStream(bare);
    const second = (await heldPerStream(watched)) + (await heldPerStream(watched));
    const third = await heldPerStream(bare);
    return { 'bare held B': (first + third) / 2, 'held B': (second - first - third) / 2 };
  },
};

async function heldPerStream({ create, consumer }: Side): Promise<number> {
  const client = create({ ...CLIENT, fetch: streamFetch(TOKENS, 'split') });
  const before = await heldHeap();
  const iterations: AsyncIterator<unknown>[] = [];
  for (let stream = 0; stream < COUNT; stream++) {
    const iteration = (await consumer.openStream(client))[Symbol.asyncIterator]();
    for (let chunk = 0; chunk < READ; chunk++) await iteration.next();
    iterations.push(iteration);
  }
  const held = (await heldHeap()) - before;
  for (const iteration of iterations) while (!(await iteration.next()).done);
  return held / COUNT;
}
