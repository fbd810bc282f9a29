import type { MetricRow } from '@grump/llm-otel-testing';
import { expect } from 'vitest';
import { figures } from './measure';

// What the fuzzers of the wraps have in common.

export type Node = Record<string, unknown>;

const LONGEST_LABEL = 1024;
const HUGE = 'x'.repeat(200_000);
/** Values where others are meant. */
export const ODD: readonly unknown[] = [null, true, 0, -1, 1.5, 1e308, '', 'text', HUGE, [], {}, [null], { 0: 'a' }];

/** A change of a list of recorded items; `at` counts modulo what is there. Kinds that are not of the list change one item. */
interface ListMutation {
  readonly kind: string;
  readonly at: number;
  readonly value: unknown;
}

/** Every place in a tree: the object that holds it, and the key. */
export function places(node: unknown, found: [Node, string][] = []): [Node, string][] {
  if (typeof node !== 'object' || node === null || found.length > 500) return found;
  for (const key of Object.keys(node)) {
    found.push([node as Node, key]);
    places((node as Node)[key], found);
  }
  return found;
}

/** Makes the changes in place, one after the other; `change` makes those inside an item. */
export function mutate<Mutation extends ListMutation>(
  items: unknown[],
  mutations: readonly Mutation[],
  change: (item: unknown, mutation: Mutation) => void,
): unknown[] {
  for (const one of mutations) {
    const at = one.at % (items.length || 1);
    if (one.kind === 'drop') items.splice(at, 1);
    else if (one.kind === 'duplicate') items.splice(at, 0, structuredClone(items[at]));
    else if (one.kind === 'swap') items.push(...items.splice(at, 1));
    else if (one.kind === 'insert') items.splice(at, 0, structuredClone(one.value));
    else change(items[at], one);
  }
  return items;
}

/** Numbers are numbers, labels are short, and there are not many of them; one call is over. */
export function expectSound(rows: readonly MetricRow[]): void {
  for (const row of rows) {
    const numbers = row.type === 'histogram' ? [row.count, row.sum, row.min, row.max] : [row.value];
    const odd = numbers.filter((number) => number !== undefined && !(Number.isFinite(number) && number >= 0));
    expect([row.name, odd]).toEqual([row.name, []]);
    const long = Object.entries(row.attributes).filter(([, label]) => String(label).length > LONGEST_LABEL);
    expect([row.name, long.map(([key]) => key)]).toEqual([row.name, []]);
  }
  expect(rows.length).toBeLessThan(60);
  const { outcomes, inFlight } = figures(rows);
  expect(Object.values(outcomes)).toEqual([1]);
  expect(inFlight).toBe(0);
}
