import type { Registry as Registry15 } from 'prom-client';
import * as fifteen from 'prom-client';
import * as fourteen from 'prom-client-14';
import { parsePage, type Sample } from './parse-page';

/** The versions of `prom-client` in use. The types of 14 lack what these tests don't need. */
export const VERSIONS: readonly (readonly [version: string, client: typeof fifteen])[] = [
  ['14', fourteen as unknown as typeof fifteen],
  ['15', fifteen],
];

/** A registry in which every type has been used, with labels and without, and with default labels. */
export function usedRegistry(client: typeof fifteen): Registry15 {
  const registry = new client.Registry();
  const registers = [registry];
  registry.setDefaultLabels({ app: 'shop', zone: 'a' });
  const jobs = new client.Counter({
    name: 'jobs_total',
    help: 'Jobs "done" \\ or\nnot',
    labelNames: ['kind'],
    registers,
  });
  jobs.inc({ kind: 'mail' }, 3);
  jobs.inc({ kind: 'quote " backslash \\ line\nend' });
  new client.Counter({ name: 'bare', help: 'No labels, no suffix', registers }).inc(0.5);
  const level = new client.Gauge({
    name: 'level',
    help: 'Read when asked',
    labelNames: ['zone'],
    registers,
    async collect() {
      await Promise.resolve();
      this.set({ zone: 'b' }, -1.5);
    },
  });
  level.set({ zone: 'c' }, 1e308);
  const buckets = [0.005, 0.25, 1, 1_000_000];
  const times = new client.Histogram({
    name: 'times_seconds',
    help: 'Times',
    labelNames: ['path'],
    buckets,
    registers,
  });
  for (const value of [0.001, 0.25, 0.3, 5e6]) times.observe({ path: '/' }, value);
  times.observe({ path: '/b' }, 0.5);
  new client.Histogram({ name: 'unused', help: 'Never observed', buckets: [1], registers });
  const sizes = new client.Summary({
    name: 'sizes',
    help: 'Sizes',
    labelNames: ['way'],
    percentiles: [0.5, 0.99],
    registers,
  });
  for (const value of [1, 2, 3, 4, 100]) sizes.observe({ way: 'in' }, value);
  return registry;
}

/** Reads a page of `prom-client`, which leaves lines empty, and has a spelling of its own for what is not a number. */
export const readOwnPage = (page: string): Sample[] =>
  parsePage(page.replace(/^\n/gm, '').replaceAll(' Nan\n', ' NaN\n'));
