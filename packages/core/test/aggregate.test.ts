import { expect, it } from 'vitest';
import { Aggregate } from '../src/aggregate';

it('equal attributes are one series, in whatever order and in whatever object', () => {
  const aggregate = new Aggregate([1]);
  aggregate.point({ model: 'a', provider: 'b' }).record(0.5);
  aggregate.point({ provider: 'b', model: 'a' }).record(2);
  aggregate.point({ provider: 'b', model: 'other' }).record(2);
  expect(Array.from(aggregate.points.values(), (point) => point.value().buckets.counts)).toEqual([
    [1, 1],
    [0, 1],
  ]);
});

it('a value at a boundary belongs below it, and one above all of them is counted too', () => {
  const aggregate = new Aggregate([1, 2, 3]);
  for (const value of [0, 1, 1.5, 2, 3, 3.5, 100]) aggregate.point({}).record(value);
  const [point] = [...aggregate.points.values()];
  expect(point!.value()).toEqual({
    buckets: { boundaries: [1, 2, 3], counts: [2, 2, 1, 2] },
    count: 7,
    sum: 111,
    min: 0,
    max: 100,
  });
});
