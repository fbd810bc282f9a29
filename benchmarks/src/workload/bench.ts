import { cpSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contender, clientOf } from '../contender.ts';
import { createFetches, type Fetches } from './fetches.ts';
import { type ClientName, type ClientSettings, type Consumer, loadConsumer, loadWorkload } from './workload.ts';

/** A way to make clients, and the loops that use them. */
export interface Side {
  readonly create: (more: Partial<ClientSettings>) => object;
  readonly consumer: Consumer;
}

/** The bare SDK and the contender, side by side in one process. */
export interface Bench {
  readonly bare: Side;
  readonly watched: Side;
  readonly fetches: Fetches;
  /** Chunks that are read in some 3 ms. */
  readonly sliceChunks: number;
}

const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url));

/** Where the second copy of a client lies, beside a link to what it depends on. */
const copyOf = (name: ClientName): string => join(CACHE, name, 'copy');

/** A second copy of a client, which no contender can patch. Made anew by each run. */
export async function copyClient(name: ClientName): Promise<void> {
  const { package: packageName } = await loadWorkload(name);
  const folder = dirname(fileURLToPath(import.meta.resolve(packageName)));
  const beside = join(folder, ...packageName.split('/').map(() => '..'));
  rmSync(join(CACHE, name), { recursive: true, force: true });
  cpSync(folder, copyOf(name), { recursive: true, dereference: true });
  symlinkSync(beside, join(CACHE, name, 'node_modules'));
}

/** Sets the contender up beside the second copy. */
export async function createBench(contender: Contender): Promise<Bench> {
  const name = clientOf(contender);
  if (!existsSync(copyOf(name))) await copyClient(name);
  const { settings, answers, sliceChunks, createBare } = await loadWorkload(name);
  const createSide = async (side: string, create: (settings: ClientSettings) => object): Promise<Side> => ({
    create: (more) => create({ ...settings, ...more }),
    consumer: await loadConsumer(name, side),
  });
  return {
    bare: await createSide('bare', createBare(await import(join(copyOf(name), 'index.mjs')))),
    watched: await createSide('watched', await contender.setUp()),
    fetches: createFetches(answers),
    sliceChunks,
  };
}
