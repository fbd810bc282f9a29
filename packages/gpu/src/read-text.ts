import { readFileSync } from 'node:fs';

/** A file's text; `undefined` where it can't be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return undefined;
  }
}
