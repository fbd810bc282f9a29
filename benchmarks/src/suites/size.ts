import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import type { Contender } from '../contender.ts';
import type { Suite } from '../suite.ts';
import { GIVEN, installedPackages } from '../workload/installed-packages.ts';
import { isPublished } from './cold-start.ts';

const FOLDERS = {
  ours: fileURLToPath(new URL('../..', import.meta.url)),
  rivals: fileURLToPath(new URL('../../rivals', import.meta.url)),
};

/** What is bundled and what is installed. */
export const suite: Suite = {
  title: 'Size',
  method:
    'What an application uses of it, bundled and minified by esbuild, then gzipped (level 9); the packages that come ' +
    'with it. Without the client and `@opentelemetry/api`, which the application has.',
  rounds: 1,
  takesPart: isPublished,
  async measure(contender) {
    const folder = contender.package!.startsWith('@grump/') ? FOLDERS.ours : FOLDERS.rivals;
    const installed = installedPackages(folder, contender.package!);
    const minified = await bundle(contender, folder);
    return {
      'gzip kB': gzipSync(minified, { level: 9 }).length / 1000,
      'minified kB': minified.length / 1000,
      packages: installed.count,
      'installed MB': installed.bytes / 1e6,
    };
  },
};

async function bundle({ package: name, entry = name, names }: Contender, folder: string): Promise<Uint8Array> {
  const contents = `export { ${names!.join(', ')} } from '${entry}';`;
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: folder },
    ...{ bundle: true, minify: true, write: false, metafile: true, splitting: true },
    ...{ format: 'esm', platform: 'node', logLevel: 'silent', outdir: '.', absWorkingDir: folder },
    external: GIVEN.flatMap((given) => [given, `${given}/*`]),
    loader: { '.node': 'empty' },
  });
  const loaded = loadedAtOnce(metafile);
  return Buffer.concat(outputFiles.filter(({ path }) => loaded.has(basename(path))).map((file) => file.contents));
}

/** The bundle's entry and what it imports; not what is imported only when it is needed. */
function loadedAtOnce({ outputs }: Metafile, name = 'stdin.js', loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(name)) return loaded;
  loaded.add(name);
  for (const { path, kind, external } of outputs[name]!.imports) {
    if (kind === 'import-statement' && !external) loadedAtOnce({ inputs: {}, outputs }, path, loaded);
  }
  return loaded;
}
