import { CONTENT } from './cases/content.ts';
import { FAULTS } from './cases/faults.ts';
import { HELPERS } from './cases/helpers.ts';
import { LEAVING } from './cases/leaving.ts';
import { PROMISE } from './cases/promise.ts';
import { STREAM } from './cases/stream.ts';
import type { ConformanceCase } from './suite.ts';

/** Every case of the suite, by group. */
export const CASES: Readonly<Record<string, readonly ConformanceCase[]>> = {
  promise: PROMISE,
  stream: STREAM,
  helpers: HELPERS,
  'leaving early': LEAVING,
  faults: FAULTS,
  content: CONTENT,
};
