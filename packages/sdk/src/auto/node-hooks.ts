import { readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { diag } from '@opentelemetry/api';
import { isCandidate } from './find-package';
import { patchSource } from './patch';

/** Sees every file that Node or Deno loads, in the thread that loads it, and changes those of clients. */
export function installNodeHooks(): void {
  module.registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const source = patchLoaded(url, loaded.source);
      return source === undefined ? loaded : { ...loaded, source };
    },
  });
}

function patchLoaded(url: string, source: module.LoadFnOutput['source']): string | undefined {
  try {
    // A query is another tool's: it loads the file itself as well.
    if (!url.startsWith('file:') || url.includes('?')) return undefined;
    const path = fileURLToPath(url);
    return isCandidate(path) ? patchSource(path, textOf(source) ?? readFileSync(path, 'utf8')) : undefined;
  } catch (error) {
    diag.warn(`${url} was loaded as it is.`, error);
    return undefined;
  }
}

function textOf(source: module.LoadFnOutput['source']): string | undefined {
  return typeof source === 'string' || source === undefined || source === null
    ? (source ?? undefined)
    : Buffer.from(source as Uint8Array).toString();
}
