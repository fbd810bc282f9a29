import { cpSync, existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender, CreateClient, OpenAIModule } from '../contender.ts';
import type { Consumer } from './consume.ts';

/** A way to make clients, and the loops that use them. */
export interface Side {
  readonly create: CreateClient;
  readonly consumer: Consumer;
}

/** The bare SDK and the contender, side by side in one process. */
export interface Bench {
  readonly bare: Side;
  readonly watched: Side;
}

const COPY = fileURLToPath(new URL('../../.cache/openai', import.meta.url));

/** A second copy of `openai`, which no contender can patch. Made anew by each run. */
export function copyOpenAI(): void {
  const entry = fileURLToPath(import.meta.resolve('openai'));
  rmSync(COPY, { recursive: true, force: true });
  cpSync(dirname(entry), COPY, { recursive: true, dereference: true });
}

/** Sets the contender up beside the second copy. */
export async function createBench(contender: Contender): Promise<Bench> {
  if (!existsSync(COPY)) copyOpenAI();
  const copy = (await import(join(COPY, 'index.mjs'))) as OpenAIModule;
  return {
    bare: { create: (options) => new copy.OpenAI(options), consumer: await loadConsumer('bare') },
    watched: { create: await contender.setUp(), consumer: await loadConsumer('watched') },
  };
}

const loadConsumer = (side: string): Promise<Consumer> => import(`./consume.ts?${side}`) as Promise<Consumer>;

/** What every client of the benchmarks is made with. */
export const CLIENT = { apiKey: 'test', baseURL: 'https://integrate.api.nvidia.com/v1', maxRetries: 0 } as const;
