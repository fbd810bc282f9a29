import type { FindExemplars } from './exemplars';
import type { FamilyOptions } from './families';

/** What a page is made with. */
export interface RenderOptions extends Pick<FamilyOptions, 'strategy' | 'warn'> {
  readonly findExemplars: FindExemplars | undefined;
  readonly tally: Tally;
}

/** What is counted while a page is made. */
export interface Tally {
  /** Series that went out; a histogram is one. */
  series: number;
  /** Series that did not. */
  dropped: number;
}
