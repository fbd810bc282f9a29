import type { Effort, Measures, Suite } from '../suite.ts';
import { type Bench, createBench, type Side } from '../workload/bench.ts';
import type { Shape } from '../workload/fetches.ts';
import { type Cost, interleave } from '../workload/slice.ts';
import { warmUp } from '../workload/warm-up.ts';

const SHORT = 100;
const LONG = 600;
/** Chunks in a slice: some 3 ms and 4 MB. */
const CHUNKS = 600;
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

async function measureShape({ bare, watched, fetches }: Bench, shape: Shape, { quick }: Effort): Promise<Measures> {
  const [short, long] = [fetches.stream(SHORT, shape), fetches.stream(LONG, shape)];
  const pieces = {
    bareShort: piece(bare, SHORT, short),
    bareLong: piece(bare, LONG, long),
    watchedShort: piece(watched, SHORT, short),
    watchedLong: piece(watched, LONG, long),
  };
  await interleave(pieces, 4);
  const costs = await interleave(pieces, quick ? 6 : 10);
  const ofBare = line(costs.bareShort, costs.bareLong);
  const ofWatched = line(costs.watchedShort, costs.watchedLong);
  return {
    [`${shape} bare ns/chunk`]: ofBare.nanos,
    [`${shape} bare B/chunk`]: ofBare.bytes,
    [`${shape} ns/chunk`]: ofWatched.nanos - ofBare.nanos,
    [`${shape} B/chunk`]: ofWatched.bytes - ofBare.bytes,
    [`${shape} end µs`]: (ofWatched.end - ofBare.end) / 1000,
  };
}

function piece({ create, consumer }: Side, tokens: number, answer: typeof fetch): () => Promise<unknown> {
  const client = create({ fetch: answer });
  return () => consumer.readStreams(client, CHUNKS / tokens);
}

/** A stream's cost by its length: so much per chunk, and so much besides. */
function line(short: Cost, long: Cost): Cost & { readonly end: number } {
  const slope = (field: keyof Cost): number =>
    (perStream(long, LONG, field) - perStream(short, SHORT, field)) / (LONG - SHORT);
  const nanos = slope('nanos');
  return { nanos, bytes: slope('bytes'), end: perStream(short, SHORT, 'nanos') - SHORT * nanos };
}

const perStream = (cost: Cost, tokens: number, field: keyof Cost): number => (cost[field] * tokens) / CHUNKS;
