import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OPTIONS, OTLP, PROMETHEUS } from '../src/check-options';
import { readSettings } from '../src/settings';

const page = readFileSync(new URL('../../../docs/register.md', import.meta.url), 'utf8');
const table = page.slice(page.indexOf('| option | variable'), page.indexOf('The command-line'));
const rows = table
  .split('\n')
  .slice(2)
  .map((line) => line.split(' | '));
const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

/** `A_{B,C}` is `A_B` and `A_C`. */
function expand(name: string): string[] {
  const [, before, words, after] = /^(.*?)\{(.*?)\}(.*)$/.exec(name) ?? [];
  if (words === undefined) return [name];
  return words.split(',').flatMap((word) => expand(`${before}${word}${after}`));
}

test('docs/register.md has every option, and no other', () => {
  const documented = rows.flatMap(([option = '']) => namesIn(option.split(/: `|: an? /)[0]!));
  const known = [
    ...Object.keys(OPTIONS),
    ...Object.keys(OTLP).map((name) => `otlp.${name}`),
    ...Object.keys(PROMETHEUS).map((name) => `prometheus.${name}`),
  ];
  expect(documented.toSorted()).toEqual(known.toSorted());
});

test('docs/register.md has every variable that is read, and no other', () => {
  const documented = rows.flatMap(([, variables = '']) => namesIn(variables).flatMap(expand));
  const variables = { KUBERNETES_SERVICE_HOST: 'a', OTEL_TRACES_SAMPLER: 'traceidratio', OTLP_ENDPOINT: 'http://o' };
  const { asked } = readSettings({}, variables);
  const isVariable = (name: string): boolean => /^[A-Z0-9_]+$/.test(name);
  expect([...new Set(documented.filter(isVariable))].toSorted()).toEqual([...asked].toSorted());
});
