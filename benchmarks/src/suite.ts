import type { Contender } from './contender.ts';

/** Numbers of one process, by metric. */
export type Measures = Readonly<Record<string, number>>;

export interface Effort {
  /** Short runs, for a look. */
  readonly quick: boolean;
}

/** One thing to measure. A round of it is one fresh process for each contender. */
export interface Suite {
  readonly title: string;
  /** How it is measured, for the reader of the table. */
  readonly method: string;
  /** Rounds of ours. */
  readonly rounds: number;
  /** Rounds of all others. Default: as many. */
  readonly otherRounds?: number;
  /** Arguments of node in that process. Default: none. */
  readonly nodeOptions?: readonly string[];
  /** Whether this contender takes part. Default: each one does. */
  takesPart?(contender: Contender, name: string): boolean;
  measure(contender: Contender, effort: Effort): Promise<Measures>;
}
