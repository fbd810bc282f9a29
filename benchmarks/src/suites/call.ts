import type { Suite } from '../suite.ts';
import { createBench, type Side } from '../workload/bench.ts';
import type { Fetches } from '../workload/fetches.ts';
import { interleave } from '../workload/slice.ts';
import { warmUp } from '../workload/warm-up.ts';

/** Calls in a slice: some 3 ms. */
const CALLS = 50;

/** What a plain call and a stream of one content chunk cost above bare. */
export const suite: Suite = {
  title: 'Short calls',
  method: 'CPU time and allocated bytes above bare of a call that is not streamed, and of a stream of one chunk.',
  rounds: 9,
  otherRounds: 3,
  nodeOptions: ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'],
  async measure(contender, { quick }) {
    const bench = await createBench(contender);
    await warmUp(bench);
    const pieces = {
      barePlain: plain(bench.bare, bench.fetches),
      watchedPlain: plain(bench.watched, bench.fetches),
      bareStream: stream(bench.bare, bench.fetches),
      watchedStream: stream(bench.watched, bench.fetches),
    };
    await interleave(pieces, 4);
    const { barePlain, watchedPlain, bareStream, watchedStream } = await interleave(pieces, quick ? 6 : 12);
    const micros = (nanos: number): number => nanos / 1000 / CALLS;
    return {
      'bare plain µs': micros(barePlain.nanos),
      'plain µs': micros(watchedPlain.nanos - barePlain.nanos),
      'plain B': (watchedPlain.bytes - barePlain.bytes) / CALLS,
      'bare one-chunk stream µs': micros(bareStream.nanos),
      'one-chunk stream µs': micros(watchedStream.nanos - bareStream.nanos),
      'one-chunk stream B': (watchedStream.bytes - bareStream.bytes) / CALLS,
    };
  },
};

function plain({ create, consumer }: Side, fetches: Fetches): () => Promise<unknown> {
  const client = create({ fetch: fetches.plain });
  return () => consumer.readPlain(client, CALLS);
}

function stream({ create, consumer }: Side, fetches: Fetches): () => Promise<unknown> {
  const client = create({ fetch: fetches.oneChunk });
  return () => consumer.readStreams(client, CALLS);
}
