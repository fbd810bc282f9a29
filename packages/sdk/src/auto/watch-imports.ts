import module from 'node:module';
import type { WrapOptions } from '@grump/llm-otel-core';
import { diag } from '@opentelemetry/api';
import { installBunHooks } from './bun-hooks';
import { installNodeHooks } from './node-hooks';
import { RUNTIME_KEY } from './patch';
import { type ClientClass, replaceValues, watchClass } from './watch-class';

/** Options of the clients that are wrapped as they are made, by the client's package: `{ openai: { … } }`. */
export type AutoWrapOptions = Readonly<Record<string, WrapOptions>>;

type Wrap = (client: object, options: WrapOptions) => unknown;

/** What the patched files call. */
interface Runtime {
  options: AutoWrapOptions;
  watch<Class extends ClientClass>(original: Class, wrap: Wrap, name: string): Class;
  watchExported<Class extends ClientClass>(
    module: { exports: object },
    original: Class,
    wrap: Wrap,
    name: string,
  ): Class;
}

// The ESM and the CommonJS build in one process must not install hooks twice.
const KEY = Symbol.for(RUNTIME_KEY);
const world = globalThis as { [KEY]?: Runtime };

/**
 * Wraps the clients of `openai` and `@anthropic-ai/sdk` from here on as they are made: of every copy that is loaded after
 * this, by `import` or `require`. A client that the application wraps as well is measured once, with the application's
 * options.
 */
export function watchImports(options: AutoWrapOptions = {}): void {
  if (world[KEY] !== undefined) {
    world[KEY].options = options;
    return;
  }
  world[KEY] = createRuntime(options);
  if (process.versions.bun !== undefined) installBunHooks();
  else if (typeof module.registerHooks === 'function') installNodeHooks();
  else diag.warn('This runtime has no module.registerHooks: clients have to be wrapped by hand, with wrapOpenAI().');
}

function createRuntime(options: AutoWrapOptions): Runtime {
  const runtime: Runtime = {
    options,
    watch: (original, wrap, name) =>
      watchClass(original, (client) => wrapQuietly(client, wrap, { ...runtime.options[name], yields: true })),
    watchExported: (exporter, original, wrap, name) => {
      const watched = runtime.watch(original, wrap, name);
      replaceValues(exporter.exports, original, watched);
      if (exporter.exports === original) exporter.exports = watched;
      return watched;
    },
  };
  return runtime;
}

function wrapQuietly(client: object, wrap: Wrap, options: WrapOptions): void {
  try {
    wrap(client, options);
  } catch (error) {
    diag.warn('A client could not be wrapped as it was made; its calls are not measured.', error);
  }
}
