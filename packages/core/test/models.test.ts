import { describe, expect, it } from 'vitest';
import {
  ANSWERING_MODELS,
  CONFIRMED_MODELS,
  ModelLabels,
  OTHER_MODEL,
  UNCONFIRMED_MODELS,
  UNKNOWN_MODEL,
} from '../src/models';

it('names that no server confirmed share a cap', () => {
  const labels = new ModelLabels();
  const seen = new Set<string>();
  for (let junk = 0; junk < 100_000; junk++) seen.add(labels.label(`junk-${junk}`));
  expect(seen.size).toBe(UNCONFIRMED_MODELS + 1);
  expect(labels.label('late')).toBe(OTHER_MODEL);
});

it('a confirmed name has a label of its own, past the cap too', () => {
  const labels = new ModelLabels();
  for (let junk = 0; junk < 1000; junk++) labels.label(`junk-${junk}`);
  labels.confirm('real');
  expect(labels.label('real')).toBe('real');
});

it('a confirmed name leaves its place to another', () => {
  const labels = new ModelLabels();
  for (let name = 0; name < UNCONFIRMED_MODELS; name++) labels.label(`name-${name}`);
  labels.confirm('name-0');
  expect(labels.label('next')).toBe('next');
  expect(labels.label('one more')).toBe(OTHER_MODEL);
});

it('a server that confirms any name meets a cap as well', () => {
  const labels = new ModelLabels();
  const seen = new Set<string>();
  for (let junk = 0; junk < 100_000; junk++) {
    labels.confirm(`junk-${junk}`);
    seen.add(labels.label(`junk-${junk}`));
  }
  expect(seen.size).toBeLessThanOrEqual(CONFIRMED_MODELS + UNCONFIRMED_MODELS + 1);
});

it('no name is unknown', () => {
  expect(UNKNOWN_MODEL).toBe('unknown');
  expect(new ModelLabels().label(undefined)).toBe(UNKNOWN_MODEL);
  expect(new ModelLabels().label('')).toBe(UNKNOWN_MODEL);
});

describe('a list of models', () => {
  it.each([
    ['gpt-5', 'gpt-5'],
    ['gpt-5-mini', OTHER_MODEL],
    ['nvidia/nemotron', 'nvidia/nemotron'],
    ['nvidia/', 'nvidia/'],
    ['nvidia', OTHER_MODEL],
    ['GPT-5', OTHER_MODEL],
    [undefined, UNKNOWN_MODEL],
  ])('gives %s the label %s', (name, label) => {
    expect(new ModelLabels().label(name, ['gpt-5', 'nvidia/*'])).toBe(label);
  });

  it('has room for each of its names in full', () => {
    const names = Array.from({ length: 2 * UNCONFIRMED_MODELS }, (_, number) => `model-${number}`);
    const labels = new ModelLabels();
    expect(names.map((name) => labels.label(name, names))).toEqual(names);
    expect(labels.label('another')).toBe('another');
  });

  it('does not lift the caps for names that only begin as it says', () => {
    const labels = new ModelLabels();
    const seen = new Set(Array.from({ length: 1000 }, (_, number) => labels.label(`model-${number}`, ['model-*'])));
    expect(seen.size).toBe(UNCONFIRMED_MODELS + 1);
  });

  it('keeps what is not on it from the room that confirmed names have', () => {
    const labels = new ModelLabels();
    for (let junk = 0; junk < CONFIRMED_MODELS; junk++) labels.confirm(`junk-${junk}`, ['gpt-5']);
    labels.confirm('real');
    for (let junk = 0; junk < UNCONFIRMED_MODELS; junk++) labels.label(`more-${junk}`);
    expect(labels.label('real')).toBe('real');
  });

  it('without a name makes all of them others', () => {
    expect(new ModelLabels().label('gpt-5', [])).toBe(OTHER_MODEL);
  });
});

describe('the model that answered', () => {
  it('has its name, where it is that requested or one of a few', () => {
    const labels = new ModelLabels();
    expect(labels.answering('gpt-5', 'gpt-5')).toBe('gpt-5');
    for (let junk = 0; junk < ANSWERING_MODELS; junk++) labels.answering(`junk-${junk}`, 'gpt-5');
    expect(labels.answering('junk-0', 'gpt-5')).toBe('junk-0');
    expect(labels.answering('gpt-5-2026', 'gpt-5')).toBe(OTHER_MODEL);
    expect(labels.answering('gpt-5', 'gpt-5')).toBe('gpt-5');
  });

  it('is another where another was requested, and none where none is known', () => {
    const labels = new ModelLabels();
    labels.answering('gpt-5-2026', 'gpt-5');
    expect(labels.answering('gpt-5-2026', OTHER_MODEL)).toBe(OTHER_MODEL);
    expect(labels.answering(undefined, OTHER_MODEL)).toBeUndefined();
  });
});

it.each([undefined, '', 5 as never])('no name (%j) that a server answered for takes the place of one', (none) => {
  const labels = new ModelLabels();
  for (let junk = 0; junk < UNCONFIRMED_MODELS; junk++) labels.label(`junk-${junk}`);
  labels.confirm(none);
  for (let name = 0; name < CONFIRMED_MODELS; name++) labels.confirm(`name-${name}`);
  expect(labels.label(`name-${CONFIRMED_MODELS - 1}`)).toBe(`name-${CONFIRMED_MODELS - 1}`);
});
