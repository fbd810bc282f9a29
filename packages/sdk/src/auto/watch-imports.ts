import module from 'node:module';
import { own, type WrapOptions } from '@grump/llm-otel-core';
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
  /** Options as clients have them, by package and address. */
  given: Map<string, WrapOptions>;
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
    Object.assign(world[KEY], { options, given: new Map() });
    return;
  }
  world[KEY] = createRuntime(options);
  if (process.versions.bun !== undefined) installBunHooks();
  else if (typeof module.registerHooks === 'function') installNodeHooks();
  else diag.warn('This runtime has no module.registerHooks: clients have to be wrapped by hand, with wrapOpenAI().');
}

/** Addresses that `status()` tells apart. */
const MOST_ADDRESSES = 50;

function createRuntime(options: AutoWrapOptions): Runtime {
  // Core takes clients with the same options as one, as it does copies: here those that call the same address.
  const optionsOf = (client: object, name: string): WrapOptions => {
    const { given, options: all } = runtime;
    const exact = `${name} ${String(own(client, 'baseURL'))}`;
    const id = given.has(exact) || given.size < MOST_ADDRESSES ? exact : name;
    const made = given.get(id) ?? { ...all[name], yields: true };
    given.set(id, made);
    return made;
  };
  const runtime: Runtime = {
    options,
    given: new Map(),
    watch: (original, wrap, name) =>
      watchClass(original, (client) => wrapQuietly(client, wrap, optionsOf(client, name))),
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
