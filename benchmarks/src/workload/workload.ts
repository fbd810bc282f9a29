import type { CreateClient } from '../contender.ts';

/** The clients that are measured, in the order of the report. */
export const CLIENTS = ['openai', 'anthropic'] as const;
export type ClientName = (typeof CLIENTS)[number];

/** What every client of the benchmarks is made with. */
export interface ClientSettings {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly maxRetries: number;
  readonly fetch?: typeof fetch;
}

/** What the suites must know of a client to drive it: one `index.ts` for each, in a folder of its name. */
export interface Workload {
  /** The npm package. */
  readonly package: string;
  readonly settings: Omit<ClientSettings, 'fetch'>;
  readonly answers: Answers;
  /** Chunks that are read in some 3 ms, in multiples of 600. */
  readonly sliceChunks: number;
  /** How clients are made of a copy of the package that no contender can patch. */
  createBare(copy: unknown): CreateClient;
}

/** What a server answers, as its bytes are. */
export interface Answers {
  /** The server-sent events of an answer of so many content chunks. */
  events(tokens: number): readonly Uint8Array[];
  /** Those of a whole answer in one content chunk. */
  readonly oneChunk: readonly Uint8Array[];
  /** The body of an answer that is not streamed. */
  readonly plain: Uint8Array<ArrayBuffer>;
}

/** Loops that use a client: `consume.ts` beside the workload. */
export interface Consumer {
  /** Reads `count` streams to their ends, one after the other; returns the chunks seen. */
  readStreams(client: object, count: number): Promise<number>;
  /** Reads one stream to its end; returns the chunks seen. */
  readStream(client: object): Promise<number>;
  /** Starts a streamed call. */
  openStream(client: object): Promise<AsyncIterable<unknown>>;
  /** Makes `count` plain calls, one after the other; returns the answers seen. */
  readPlain(client: object, count: number): Promise<number>;
}

/** The workload of a client. */
export async function loadWorkload(name: ClientName): Promise<Workload> {
  const { workload } = (await import(`./${name}/index.ts`)) as { workload: Workload };
  return workload;
}

/** A copy of a client's loops: each side has its own, so that neither spoils what the engine has learnt about the other. */
export const loadConsumer = (name: ClientName, side: string): Promise<Consumer> =>
  import(`./${name}/consume.ts?${side}`) as Promise<Consumer>;
