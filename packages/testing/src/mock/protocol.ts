import type { Answer } from './answer.ts';
import type { Lacking } from './faults.ts';
import type { Frame } from './frames.ts';
import type { Schedule } from './scenario.ts';

/** How an API frames an answer. */
export interface Protocol {
  /** The end of the URL's path. */
  readonly path: string;
  readonly idPrefix: string;
  readonly toolPrefix: string;
  /** The answer as a stream; `withUsage` says that the request asked for usage, where an API must be asked. */
  frames(answer: Answer, schedule: Schedule | undefined, withUsage: boolean): Frame[];
  /** The answer as one JSON body. */
  body(answer: Answer): unknown;
  lacking(answer: Answer): Lacking;
}
