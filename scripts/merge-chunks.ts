import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { type GetModuleInfo, type Plugin, rollup } from 'rollup';

/** What tsup tells its plugins. */
interface Build {
  readonly format: string;
  readonly options: { readonly entry: readonly string[] | Readonly<Record<string, string>>; readonly outDir: string };
}

/**
 * Puts what an entry always loads into one file. esbuild makes a file for every set of entries that share a module, those on demand
 * included, and each takes Node 0.15 ms to load: a third of what importing us takes. What is loaded on demand stays as it is.
 * Only ES modules: what CommonJS loads is there sooner.
 */
export const mergeChunks = {
  name: 'merge-chunks',
  async buildEnd(this: Build): Promise<void> {
    if (this.format !== 'esm') return;
    const { entry, outDir } = this.options;
    const names = Array.isArray(entry) ? entry.map((file) => basename(file, extname(file))) : Object.keys(entry);
    const input = Object.fromEntries(names.map((name) => [name, resolve(outDir, `${name}.js`)]));
    let loads: [name: string, files: ReadonlySet<string>][] | undefined;
    const bundle = await rollup({ input, external: (id) => !/^[./]/.test(id), plugins: [sourceMaps] });
    const { output } = await bundle.generate({
      dir: outDir,
      sourcemap: true,
      chunkFileNames: '[name].js',
      manualChunks(id, { getModuleInfo }) {
        loads ??= Object.entries(input).map(([name, file]) => [name, loadsOf(file, getModuleInfo)]);
        const loading = loads.filter(([, files]) => files.has(id));
        // What is loaded on demand alone stays by itself.
        return loading.length === 0 ? undefined : `chunk-${loading.map(([name]) => name).join('-')}`;
      },
    });
    const before = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
    await Promise.all(before.flatMap((file) => [rm(file), rm(`${file}.map`)]));
    const write = async (name: string, text: string | Uint8Array) => writeFile(resolve(outDir, name), text);
    await Promise.all(output.map((file) => write(file.fileName, file.type === 'chunk' ? file.code : file.source)));
  },
};

/** Those of a former build: the maps that are written lead to the sources. */
const sourceMaps: Plugin = {
  name: 'source-maps',
  async load(id) {
    const [code, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')]);
    return { code, map };
  },
};

/** All that is loaded with a file, itself included. */
function loadsOf(id: string, infoOf: GetModuleInfo, loaded: Set<string> = new Set()): ReadonlySet<string> {
  if (loaded.has(id)) return loaded;
  loaded.add(id);
  for (const imported of infoOf(id)?.importedIds ?? []) loadsOf(imported, infoOf, loaded);
  return loaded;
}
