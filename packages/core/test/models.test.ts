import { expect, it } from 'vitest';
import { CONFIRMED_MODELS, ModelLabels, OTHER_MODEL, UNCONFIRMED_MODELS, UNKNOWN_MODEL } from '../src/models';

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

it.each([undefined, '', 5 as never])('no name (%j) that a server answered for takes the place of one', (none) => {
  const labels = new ModelLabels();
  for (let junk = 0; junk < UNCONFIRMED_MODELS; junk++) labels.label(`junk-${junk}`);
  labels.confirm(none);
  for (let name = 0; name < CONFIRMED_MODELS; name++) labels.confirm(`name-${name}`);
  expect(labels.label(`name-${CONFIRMED_MODELS - 1}`)).toBe(`name-${CONFIRMED_MODELS - 1}`);
});
