import { expect, it } from 'vitest';
import { Aggregate } from '../src/aggregate';

it('equal attributes are one series, in whatever order and in whatever object', () => {
  const aggregate = new Aggregate([1]);
  aggregate.record(0.5, { model: 'a', provider: 'b' });
  aggregate.record(2, { provider: 'b', model: 'a' });
  aggregate.record(2, { provider: 'b', model: 'other' });
  expect(Array.from(aggregate.points.values(), (point) => point.value().buckets.counts)).toEqual([
    [1, 1],
    [0, 1],
  ]);
});

it('a value at a boundary belongs below it, and one above all of them is counted too', () => {
  const aggregate = new Aggregate([1, 2, 3]);
  const attributes = {};
  for (const value of [0, 1, 1.5, 2, 3, 3.5, 100]) aggregate.record(value, attributes);
  const [point] = [...aggregate.points.values()];
  expect(point!.value()).toEqual({
    buckets: { boundaries: [1, 2, 3], counts: [2, 2, 1, 2] },
    count: 7,
    sum: 111,
    min: 0,
    max: 100,
  });
});
