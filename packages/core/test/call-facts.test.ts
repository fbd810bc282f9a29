import { expect, it } from 'vitest';
import { CallFacts } from '../src/types';

it('nothing is known at first, and nothing is complete', () => {
  expect(new CallFacts()).toMatchObject({ finishReasons: [], complete: false, usage: undefined });
});

it('a stream is complete when its only choice has a reason', () => {
  const facts = new CallFacts();
  facts.finish(0, 'stop');
  expect(facts).toMatchObject({ finishReasons: ['stop'], complete: true });
});

it('choices may end in any order, and all of them must', () => {
  const facts = new CallFacts();
  facts.finish(2, 'length');
  expect(facts).toMatchObject({ finishReasons: ['', '', 'length'], complete: false });
  facts.finish(0, 'stop');
  expect(facts.complete).toBe(false);
  facts.finish(1, 'stop');
  expect(facts).toMatchObject({ finishReasons: ['stop', 'stop', 'length'], complete: true });
});

it('a choice that is expected must end too', () => {
  const facts = new CallFacts();
  facts.expect(2);
  facts.finish(0, 'stop');
  expect(facts).toMatchObject({ finishReasons: ['stop', ''], complete: false });
  facts.expect(1);
  expect(facts.finishReasons).toEqual(['stop', '']);
  facts.finish(1, 'stop');
  expect(facts.complete).toBe(true);
});

it('a choice that is seen after the end is one more to wait for', () => {
  const facts = new CallFacts();
  facts.finish(0, 'stop');
  facts.finish(2, 'stop');
  expect(facts.complete).toBe(false);
});
