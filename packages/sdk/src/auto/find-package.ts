import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CLIENT_PACKAGES, type ClientPackage } from './packages';

/** Where the classes are, in all majors: `index` up to openai 4, `client` after it, `mantle-client` for one of Bedrock's. */
const CLIENT_FILE = /(?:^|[\\/])(?:index|(?:\w+-)?client)\.(?:js|mjs|cjs)$/;

/** Whether the file at `path` may hold a client's class, by its name alone. */
export const isCandidate = (path: string): boolean => CLIENT_FILE.test(path);

/** The package whose root has this file, and those of its classes that are in there. */
export function findPackage(path: string, source: string): { found: ClientPackage; classes: string[] } | undefined {
  const possible = CLIENT_PACKAGES.filter(({ classes }) => classes.some((name) => source.includes(`class ${name} `)));
  if (possible.length === 0) return undefined;
  const name = nameOf(dirname(path));
  const found = possible.find((one) => one.name === name);
  const classes = found?.classes.filter((one) => isDeclared(one, source)) ?? [];
  return found === undefined || classes.length === 0 ? undefined : { found, classes };
}

/** As what its module may assign: `class OpenAI`, `var Anthropic = …`. */
const isDeclared = (name: string, source: string): boolean =>
  new RegExp(`^(?:export )?(?:class ${name}|(?:var|let) ${name} =) `, 'm').test(source);

function nameOf(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name;
  } catch {
    return undefined;
  }
}
