import { fileURLToPath } from 'node:url';

/** The helper's file, which lies beside this package's own. */
export const helperFile = (): string => fileURLToPath(new URL('./helper.js', import.meta.url));
