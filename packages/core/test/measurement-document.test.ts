import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

const FILE = /`(packages\/[\w/.-]+\.test\.ts)`/g;
/** Titles stand in the last column of a table, or in brackets. */
const TITLE = /\| `([^`|]+)` \|$|\(`([^`]+)`\)/gm;

const captures = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((groups) => groups.slice(1).find((group) => group !== undefined)!);

/** A section's test files and the titles that it names. */
const sectionsOf = (document: string) =>
  read(document)
    .split('\n## ')
    .map((text) => ({
      document,
      name: text.split('\n')[0]!,
      files: captures(text, FILE),
      titles: captures(text, TITLE),
    }))
    .filter(({ files }) => files.length > 0);

const sections = ['docs/measurement.md', 'docs/cardinality.md'].flatMap(sectionsOf);

describe.each(sections)('the section "$name" of $document', ({ files, titles }) => {
  it('names files that exist', () => {
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });

  it('names tests that exist', () => {
    const sources = files.map(read).join('\n');
    const missing = titles.filter((title) => !sources.includes(`'${title}'`) && !sources.includes(`"${title}"`));
    expect(missing).toEqual([]);
  });
});

it('most lines of the tables name a test', () => {
  expect(sections.flatMap(({ titles }) => titles).length).toBeGreaterThan(80);
});
