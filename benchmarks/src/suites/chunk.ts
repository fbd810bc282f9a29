import type { Effort, Measures, Suite } from '../suite.ts';
import { type Bench, createBench, type Side } from '../workload/bench.ts';
import type { Shape } from '../workload/fetches.ts';
import { type Cost, interleave } from '../workload/slice.ts';
import { warmUp } from '../workload/warm-up.ts';

const SHORT = 100;
const LONG = 600;
const SHAPES: readonly Shape[] = ['burst', 'split'];

/**
 * What a chunk costs above bare, and what a stream costs besides its chunks: the slope and the intercept between
 * streams of two lengths.
 */
export const suite: Suite = {
  title: 'Streams: each chunk, and the end',
  method:
    'CPU time and allocated bytes above bare: the slope (per chunk) and the intercept (beginning and end of the call) ' +
    'between streams of 100 and 600 chunks. Burst: all events in one network chunk; split: one event in each.',
  rounds: 9,
  otherRounds: 3,
  nodeOptions: ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'],
  async measure(contender, effort) {
    const bench = await createBench(contender);
    await warmUp(bench);
    const measures: Record<string, number> = {};
    for (const shape of SHAPES) Object.assign(measures, await measureShape(bench, shape, effort));
    return measures;
  },
};

async function measureShape(bench: Bench, shape: Shape, { quick }: Effort): Promise<Measures> {
  const { bare, watched, sliceChunks } = bench;
  const pieces = {
    bareShort: piece(bench, bare, SHORT, shape),
    bareLong: piece(bench, bare, LONG, shape),
    watchedShort: piece(bench, watched, SHORT, shape),
    watchedLong: piece(bench, watched, LONG, shape),
  };
  await interleave(pieces, 6);
  const costs = await interleave(pieces, quick ? 6 : 10);
  const ofBare = line(costs.bareShort, costs.bareLong, sliceChunks);
  const ofWatched = line(costs.watchedShort, costs.watchedLong, sliceChunks);
  return {
    [`${shape} bare ns/chunk`]: ofBare.nanos,
    [`${shape} bare B/chunk`]: ofBare.bytes,
    [`${shape} ns/chunk`]: ofWatched.nanos - ofBare.nanos,
    [`${shape} B/chunk`]: ofWatched.bytes - ofBare.bytes,
    [`${shape} end µs`]: (ofWatched.end - ofBare.end) / 1000,
  };
}

function piece(
  { fetches, sliceChunks }: Bench,
  { create, consumer }: Side,
  tokens: number,
  shape: Shape,
): () => Promise<unknown> {
  const client = create({ fetch: fetches.stream(tokens, shape) });
  return () => consumer.readStreams(client, sliceChunks / tokens);
}

/** A stream's cost by its length: so much per chunk, and so much besides. */
function line(short: Cost, long: Cost, chunks: number): Cost & { readonly end: number } {
  const slope = (field: keyof Cost): number => (long[field] * LONG - short[field] * SHORT) / chunks / (LONG - SHORT);
  const nanos = slope('nanos');
  return { nanos, bytes: slope('bytes'), end: (short.nanos * SHORT) / chunks - SHORT * nanos };
}
