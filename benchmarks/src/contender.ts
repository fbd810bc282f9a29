import type { ClientName, ClientSettings } from './workload/workload.ts';

export type OpenAIModule = typeof import('openai');
export type AnthropicModule = typeof import('@anthropic-ai/sdk');

/** Makes a client; the watched one where a contender makes it. */
export type CreateClient = (settings: ClientSettings) => object;

/** Something that observes calls of a client. Each one runs in a process of its own. */
export interface Contender {
  /** The client whose calls it observes. Default: `openai`. */
  readonly client?: ClientName;
  /** As tables call it. */
  readonly title: string;
  /** `reference`: measures nothing, and shows what there is to be had. */
  readonly kind: 'ours' | 'rival' | 'reference';
  /** The npm package, where it is a published rival or ours. */
  readonly package?: string;
  /** What an application imports of it. Default: the package. */
  readonly entry?: string;
  /** The names that an application uses of it, for the size of a bundle. */
  readonly names?: readonly string[];
  /** Something that the reader of a table must know. */
  readonly note?: string;
  /** Sets up what the contender needs, and returns how it makes a client. */
  setUp(): Promise<CreateClient>;
}

/** The client that a contender observes. */
export const clientOf = ({ client = 'openai' }: Contender): ClientName => client;
