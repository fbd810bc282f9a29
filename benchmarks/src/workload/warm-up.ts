import { type Bench, CLIENT } from './bench.ts';
import { oneChunkFetch, plainFetch } from './fetches.ts';

const CALLS = 4000;
/** Few enough that the young generation has room for them. */
const BATCH = 200;

/** Lets the engine optimise both sides' beginnings and ends of calls, as in a server that has run for a minute. */
export async function warmUp({ bare, watched }: Bench): Promise<void> {
  for (let calls = 0; calls < CALLS; calls += BATCH) {
    for (const { create, consumer } of [bare, watched]) {
      await consumer.readStreams(create({ ...CLIENT, fetch: oneChunkFetch }), BATCH);
      await consumer.readPlain(create({ ...CLIENT, fetch: plainFetch }), BATCH);
    }
  }
}
