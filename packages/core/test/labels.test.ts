import { beforeEach, expect, it, vi } from 'vitest';
import type { LabelSets } from '../src/labels';
import type { Endpoint } from '../src/series';
import { useDiag } from './use-diag';

const endpoint: Endpoint = { provider: 'fake', genAiProvider: 'fake', address: undefined, port: undefined };
const BASE = '@grump/llm-otel-core: callContext: an attribute was left out, since ';

let sets: LabelSets;
let limit: number;
const warn = useDiag();

beforeEach(async () => {
  // Each thing is told once per process.
  vi.resetModules();
  const labels = await import('../src/labels');
  sets = new labels.LabelSets();
  limit = labels.LABEL_SETS;
});

it.each([
  'team',
  'my_llm',
  'llms',
  'x.gen_ai',
  'handle',
  'level',
  'my_job',
  'jobs',
  'openai1',
  'user_ids',
  'instance2',
])('the name %s is a label', (name) => {
  expect(sets.labelsOf({ [name]: 'a' }, {})).toEqual({ [name]: 'a' });
  expect(warn).not.toHaveBeenCalled();
});

it.each([
  'llm',
  'llm.x',
  'gen_ai',
  'otel_scope',
  'openai.api',
  'le',
  'job',
  'user.id',
  'session_id',
  'model',
  '1st',
  '',
])('the name "%s" is none, which is told', (name) => {
  expect(sets.labelsOf({ [name]: 'a' }, {})).toEqual({});
  expect(warn.mock.calls).toEqual([[`${BASE}the name cannot be a label`, name]]);
});

it.each([null, {}, Symbol('s'), Number.NaN, Number.POSITIVE_INFINITY, () => 1])('the value %s is told of', (value) => {
  expect(sets.labelsOf({ team: value }, {})).toEqual({});
  expect(warn.mock.calls).toEqual([[`${BASE}the value is no text, number or boolean`, 'team']]);
});

it('a value of none is left out without a word, and text is cut', () => {
  const given = { none: undefined, no: false, zero: 0, text: 'x'.repeat(65) };
  expect(sets.labelsOf(given, {})).toEqual({ no: false, zero: 0, text: 'x'.repeat(64) });
  expect(warn).not.toHaveBeenCalled();
});

it('what was there before stays, unless it is given anew', () => {
  expect(sets.labelsOf({ a: 1, b: undefined }, { a: 2, b: 3, c: 4 })).toEqual({ a: 1, b: 3, c: 4 });
  expect(warn).not.toHaveBeenCalled();
});

it('the same labels are the same set, whose endpoints are the same objects', () => {
  const set = sets.find({ a: 1, b: 2 })!;
  expect(sets.find({ b: 2, a: 1 })).toBe(set);
  expect(sets.find({ a: 2 })).not.toBe(set);
  const labelled = set.on(endpoint);
  expect(labelled).toEqual({ ...endpoint, labels: set });
  expect(set.on(endpoint)).toBe(labelled);
});

it('no labels are no set, and take no room', () => {
  expect(sets.find({})).toBeUndefined();
  for (let index = 0; index < limit; index++) expect(sets.find({ index })).toBeDefined();
  expect(warn).not.toHaveBeenCalled();
});

it('one set too many is told of; those that are known stay', () => {
  const first = sets.find({ index: 0 });
  for (let index = 1; index < limit; index++) sets.find({ index });
  expect(sets.find({ index: limit })).toBeUndefined();
  expect(sets.find({ index: 0 })).toBe(first);
  expect(sets.find({})).toBeUndefined();
  expect(warn.mock.calls).toEqual([[`${BASE}metrics are split by at most 200 sets of them`]]);
});
