import type OpenAI from 'openai';
import type { ClientOptions } from 'openai';

export type OpenAIModule = typeof import('openai');

/** Makes a client; the watched one where a contender makes it. */
export type CreateClient = (options: ClientOptions) => OpenAI;

/** Something that observes calls of `openai`. Each one runs in a process of its own. */
export interface Contender {
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
