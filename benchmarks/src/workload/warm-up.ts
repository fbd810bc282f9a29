import type { Bench } from './bench.ts';

const CALLS = 1500;
/** Few enough that the young generation has room for them. */
const BATCH = 150;

/** Lets the engine optimise both sides' beginnings and ends of calls, as in a server that has run for a while. */
export async function warmUp({ bare, watched, fetches }: Bench): Promise<void> {
  for (let calls = 0; calls < CALLS; calls += BATCH) {
    for (const { create, consumer } of [bare, watched]) {
      await consumer.readStreams(create({ fetch: fetches.oneChunk }), BATCH);
      await consumer.readPlain(create({ fetch: fetches.plain }), BATCH);
    }
  }
}
