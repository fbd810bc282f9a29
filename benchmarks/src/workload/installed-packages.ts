import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Installed {
  readonly count: number;
  readonly bytes: number;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** What every application of the kind has anyway. */
export const GIVEN: readonly string[] = ['openai', '@anthropic-ai/sdk', '@opentelemetry/api'];

/** The package and all that it depends on, as they are installed beneath `folder`. */
export function installedPackages(folder: string, name: string): Installed {
  const found = new Set<string>();
  visit(find(folder, name)!, found);
  const bytes = [...found].reduce((sum, path) => sum + bytesOf(path), 0);
  return { count: found.size, bytes };
}

function visit(path: string, found: Set<string>): void {
  if (found.has(path)) return;
  found.add(path);
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    const dependency = GIVEN.includes(name) ? undefined : find(path, name);
    if (dependency !== undefined) visit(dependency, found);
  }
}

/** Looks for a package as Node does: in each `node_modules` on the way up. */
function find(from: string, name: string): string | undefined {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return realpathSync(path);
  }
  return undefined;
}

/** The files that are published: not sources or tests that a workspace has beside them. */
function bytesOf(path: string): number {
  const { files } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { files?: readonly string[] };
  const isWorkspace = !path.includes('node_modules');
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && (!isWorkspace || files?.includes(name)))
    .reduce((sum, name) => sum + bytesBelow(join(path, name)), 0);
}

function bytesBelow(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), 0);
}
