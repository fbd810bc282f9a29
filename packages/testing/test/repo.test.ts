import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

interface Manifest {
  readonly private?: boolean;
  readonly license?: string;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly sideEffects?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Files whose length is that of a table. */
const tables = ['catalogue.ts', 'conventions.ts'];

const find = (pattern: string): string[] =>
  globSync(pattern, { cwd: root, exclude: (path) => ['node_modules', 'dist'].includes(basename(path)) }).sort();
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const lines = (file: string): string[] => read(file).trimEnd().split('\n');
const manifest = (folder: string): Manifest => JSON.parse(read(join(folder, 'package.json')));

const folders = find('{.,docs,benchmarks,packages/*,packages/*/*,examples/*}/package.json').map(dirname);
const published = folders.filter((folder) => !manifest(folder).private);
const sources = find('{packages,examples}/*/src/**/*.ts');

test('there is something to check', () => {
  expect(published.length).toBeGreaterThan(3);
  expect(sources.length).toBeGreaterThan(30);
});

test.each([...sources, ...find('scripts/**/*.mjs')].filter((file) => !tables.includes(basename(file))))(
  '%s has at most 200 lines',
  (file) => expect(lines(file).length).toBeLessThanOrEqual(200),
);

test.each(find('packages/*/src/index.ts'))('%s is one screen of named exports', (file) => {
  expect(lines(file).length).toBeLessThanOrEqual(40);
  expect(read(file)).not.toMatch(/export (\*|default)/);
});

test.each(['.', ...published])('the README of %s has 20 to 120 lines and shows code at once', (folder) => {
  const readme = lines(join(folder, 'README.md'));
  expect(readme.length).toBeGreaterThanOrEqual(20);
  expect(readme.length).toBeLessThanOrEqual(120);
  expect(readme.slice(0, 25).filter((line) => line.startsWith('```'))).not.toEqual([]);
});

describe.each(published)('the manifest of %s', (folder) => {
  const { license, files, exports, sideEffects, dependencies } = manifest(folder);

  test('says what is in the package and how it loads', () => {
    expect({ license, files }).toEqual({ license: 'Apache-2.0', files: ['dist', 'README.md', 'LICENSE'] });
    expect(Object.keys(exports ?? {})).toEqual(expect.arrayContaining(['.', './package.json']));
    expect(sideEffects).toBeDefined();
  });

  test('leaves the OpenTelemetry API to the application', () => {
    expect(Object.keys(dependencies ?? {})).not.toContain('@opentelemetry/api');
  });
});

test.each(folders)('the dependencies of %s have exact versions, those in the catalog by the catalog', (folder) => {
  const { dependencies, devDependencies } = manifest(folder);
  const wrong = Object.entries({ ...dependencies, ...devDependencies }).filter(([name, version]) =>
    isInCatalog(name) && !isOther(folder)
      ? version !== 'catalog:'
      : !/^(\d|workspace:|catalog:|npm:.+@\d)/.test(version),
  );
  expect(wrong).toEqual([]);
});

/** Other versions of the SDK, to test with. */
const isOther = (folder: string): boolean => /sdk-2$|beside$/.test(folder);

const isInCatalog = (name: string): boolean => name.startsWith('@opentelemetry/') || name === 'openai';

test('neither lockfile nor configuration names a registry', () => {
  const files = find('{.npmrc,pnpm-lock.yaml,pnpm-workspace.yaml,**/package.json,**/package-lock.json}');
  expect(files).toContain('pnpm-lock.yaml');
  expect(files.filter((file) => /registry[.=:/]|tarball:|"resolved"/.test(read(file)))).toEqual([]);
});
