import { diag } from '@opentelemetry/api';
import type { Settings } from './options';
import type { ReadSeries, Series } from './series';

/** What few use: loaded when asked for. */
export interface Extras {
  series(): readonly Series[];
  stop(): void;
}

const PODS_MILLIS = 30_000;

/** Starts those that are asked for. */
export function startExtras({ kubernetes, nccl, intervalMillis }: Settings): Extras {
  const running: Extras[] = [];
  if (kubernetes !== undefined) {
    const load = async () => (await import('./kubernetes/series')).createPodSeries(kubernetes);
    running.push(repeat('Pods', load, PODS_MILLIS));
  }
  if (nccl !== undefined) {
    const load = async () => (await import('./nccl')).createNcclSeries(nccl);
    running.push(repeat('NCCL', load, intervalMillis));
  }
  return {
    series: () => running.flatMap((extra) => extra.series()),
    stop() {
      for (const extra of running) extra.stop();
    },
  };
}

function repeat(name: string, load: () => Promise<ReadSeries>, everyMillis: number): Extras {
  let last: readonly Series[] = [];
  let told = false;
  let busy = false;
  const loaded = load();
  const run = async () => {
    if (busy) return;
    busy = true;
    try {
      last = await (await loaded)();
    } catch (error) {
      last = [];
      if (!told)
        diag.warn(`${name} can't be read for the GPU meter: ${error instanceof Error ? error.message : error}.`);
      told = true;
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(run, everyMillis).unref();
  void run();
  return { series: () => last, stop: () => clearInterval(timer) };
}
