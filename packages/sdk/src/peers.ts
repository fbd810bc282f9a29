import { createRequire } from 'node:module';
import { join } from 'node:path';

const here = typeof __filename === 'string' ? __filename : import.meta.url;

/** Where an optional peer lies, as seen from here or from the application's folder; `undefined` if it is not installed. */
export function findPeer(name: string): string | undefined {
  for (const from of [here, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** Loads an optional peer at once, since `register()` does not wait; `undefined` if it is not installed. */
export function loadPeer<Module>(name: string): Module | undefined {
  const path = findPeer(name);
  return path === undefined ? undefined : (createRequire(path)(path) as Module);
}

/** Loads a package that `name`, an optional peer, depends on. */
export function loadThrough<Module>(name: string, dependency: string): Module | undefined {
  const path = findPeer(name);
  return path === undefined ? undefined : (createRequire(path)(dependency) as Module);
}
