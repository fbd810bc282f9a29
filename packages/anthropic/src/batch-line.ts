import type { ServerUsage } from './usage';

/** What is kept of a line: nothing of its text. */
export interface LineFacts {
  /** Which line of the results it is, from 0 on. */
  readonly place: number;
  readonly isDone: boolean;
  readonly model: string | undefined;
  readonly usage: ServerUsage | undefined;
}
