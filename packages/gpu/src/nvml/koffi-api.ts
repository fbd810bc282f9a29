import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NvmlApi } from './api';
import { CODE } from './codes';
import { type NvmlFunction, PROTOTYPES } from './prototypes';

type Native = (...parameters: unknown[]) => number;

interface Library {
  func(name: string, result: string, parameters: string[]): Native;
  unload(): void;
}

/** The part of koffi that is used. */
export interface Koffi {
  /** `null`: what this process has loaded already. */
  load(path: string | null): Library;
}

const TYPES: Readonly<Record<string, string>> = { h: 'uintptr_t', u: 'uint32_t', q: 'uint64_t', p: 'void *' };

/** Loads koffi, from where this package or the application has it. Rejects where neither does. */
export async function loadKoffi(): Promise<Koffi> {
  try {
    return asKoffi(await import('koffi'));
  } catch (error) {
    const require = createRequire(join(process.cwd(), 'index.js'));
    const path = resolveOr(error, () => require.resolve('koffi'));
    return asKoffi(await import(pathToFileURL(path).href));
  }
}

function resolveOr(error: unknown, resolve: () => string): string {
  try {
    return resolve();
  } catch {
    throw error;
  }
}

const asKoffi = (module: unknown): Koffi => (module as { default?: Koffi }).default ?? (module as Koffi);

/** Opens the library, with all its symbols resolved at once (koffi's way). Throws where it can't be loaded. */
export function openLibrary(koffi: Koffi, path: string): NvmlApi {
  const library = koffi.load(path);
  const bound = new Map<NvmlFunction, Native | null>();
  const bind = (name: NvmlFunction): Native | null => {
    const known = bound.get(name);
    if (known !== undefined) return known;
    const native = find(library, name);
    bound.set(name, native);
    return native;
  };
  return {
    call: (name, ...parameters) => bind(name)?.(...parameters) ?? CODE.FUNCTION_NOT_FOUND,
    has: (name) => bind(name) !== null,
    unload: () => library.unload(),
  };
}

function find(library: Library, name: NvmlFunction): Native | null {
  const parameters = Array.from(PROTOTYPES[name], (letter) => TYPES[letter] as string);
  try {
    return library.func(name, 'int', parameters);
  } catch {
    return null;
  }
}
