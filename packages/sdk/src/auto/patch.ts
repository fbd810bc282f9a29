import { pathToFileURL } from 'node:url';
import { diag } from '@opentelemetry/api';
import { findPackage } from './find-package';
import { findWrapper } from './find-wrapper';

/** Where the patched files find {@link Runtime}, whichever copy of this package is there. */
export const RUNTIME_KEY = '@grump/llm-otel-sdk/auto/1';

/**
 * The source of a client's file with its classes put in place of the watched ones: a line more at the end, so that no
 * other line moves. A declared class is a variable that its own module may assign, and importers see what it holds.
 *
 * @returns `undefined` for every other file, and where nothing is installed to watch it with
 */
export function patchSource(path: string, source: string): string | undefined {
  const match = findPackage(path, source);
  if (match === undefined) return undefined;
  const { found, classes } = match;
  const wrapper = findWrapper(found, path);
  if (wrapper === undefined) {
    diag.warn(`${found.name} is loaded, but ${found.wrapper} is not there to measure it: npm install ${found.wrapper}`);
    return undefined;
  }
  const runtime = `globalThis[Symbol.for(${JSON.stringify(RUNTIME_KEY)})]`;
  const name = JSON.stringify(found.name);
  if (/^export /m.test(source)) {
    const url = JSON.stringify(pathToFileURL(wrapper.module).href);
    const lines = classes.map((one) => `${one} = ${runtime}.watch(${one}, llmOtelWrap, ${name});`);
    return `${withLiveDefault(source)}\nimport { ${found.wrap} as llmOtelWrap } from ${url}; ${lines.join(' ')}\n`;
  }
  const wrap = `require(${JSON.stringify(wrapper.commonjs)}).${found.wrap}`;
  const lines = classes.map((one) => `${one} = ${runtime}.watchExported(module, ${one}, ${wrap}, ${name});`);
  return `${source}\n${lines.join(' ')}\n`;
}

/** `export default OpenAI` exports what the variable holds at that line, and not later. */
const withLiveDefault = (source: string): string =>
  source.replace(/^export default (\w+);/m, 'export { $1 as default };');
