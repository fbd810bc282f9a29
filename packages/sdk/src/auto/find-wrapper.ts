import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ClientPackage } from './packages';

/** Files of our package that watches a client's, one for each format. */
export interface Wrapper {
  readonly module: string;
  readonly commonjs: string;
}

/** Looked for beside the client, in the application, and beside this package; `undefined` where it is not installed. */
export function findWrapper({ wrapper }: ClientPackage, client: string): Wrapper | undefined {
  for (const base of [client, join(process.cwd(), 'package.json'), OWN]) {
    const manifest = base === undefined ? undefined : resolveFrom(base, `${wrapper}/package.json`);
    if (manifest === undefined) continue;
    const dist = join(dirname(manifest), 'dist');
    return { module: join(dist, 'index.js'), commonjs: join(dist, 'index.cjs') };
  }
  return undefined;
}

/** This file: `__filename` in CommonJS alone, `import.meta.filename` in ES modules alone. */
const OWN: string | undefined = typeof __filename === 'string' ? __filename : import.meta.filename;

function resolveFrom(base: string, specifier: string): string | undefined {
  try {
    return createRequire(base).resolve(specifier);
  } catch {
    return undefined;
  }
}
