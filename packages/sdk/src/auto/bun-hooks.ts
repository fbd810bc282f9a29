import { readFileSync } from 'node:fs';
import module from 'node:module';
import { diag } from '@opentelemetry/api';
import { isCandidate } from './find-package';
import { patchSource } from './patch';

interface Bun {
  plugin(plugin: { name: string; setup(build: BunBuild): void }): void;
}

interface BunBuild {
  onLoad(filter: { filter: RegExp }, load: (file: { path: string }) => { contents: string; loader: 'js' }): void;
}

interface CommonJsModule {
  _compile(source: string, path: string): unknown;
}

/** Bun has plugins for ES modules, and Node's table of extensions for CommonJS, which its plugins do not serve. */
export function installBunHooks(): void {
  const { Bun } = globalThis as unknown as { Bun: Bun };
  Bun.plugin({
    name: '@grump/llm-otel-sdk',
    setup: (build) =>
      build.onLoad({ filter: /[\\/](?:index|(?:\w+-)?client)\.mjs$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        return { contents: patchQuietly(path, source) ?? source, loader: 'js' };
      }),
  });
  const extensions = (
    module as unknown as { _extensions: Record<string, (one: CommonJsModule, path: string) => unknown> }
  )._extensions;
  const load = extensions['.js']!;
  extensions['.js'] = (one, path) => {
    const source = isCandidate(path) ? patchQuietly(path, readFileSync(path, 'utf8')) : undefined;
    return source === undefined ? load(one, path) : one._compile(source, path);
  };
}

function patchQuietly(path: string, source: string): string | undefined {
  try {
    return patchSource(path, source);
  } catch (error) {
    diag.warn(`${path} was loaded as it is.`, error);
    return undefined;
  }
}
