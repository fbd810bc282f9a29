import { expect, it } from 'vitest';
import { Aggregate, Aggregates, since } from '../src/aggregate';
import { CATALOGUE } from '../src/catalogue';
import { OVERFLOW, SERIES_LIMIT } from '../src/store';

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

it('what came since an earlier value is the difference, whose extremes nobody knows', () => {
  const aggregate = new Aggregate([1, 2]);
  const record = (...values: number[]) => {
    for (const value of values) aggregate.point({}).record(value);
    return aggregate.point({}).value();
  };
  const before = record(0.5, 1.5);
  expect(since(record(1.75, 5), before)).toEqual({
    buckets: { boundaries: [1, 2], counts: [0, 1, 1] },
    count: 2,
    sum: 6.75,
  });
  expect(before.buckets.counts).toEqual([1, 1, 0]);
});

it('one series too many goes to the overflow with all that follow, and known ones stay their own', () => {
  const aggregate = new Aggregate([]);
  for (let time = 0; time < SERIES_LIMIT + 2; time++) aggregate.point({ time }).record(1);
  aggregate.point({ time: 0 }).record(1);
  const points = [...aggregate.points.values()];
  expect(points).toHaveLength(SERIES_LIMIT + 1);
  expect([points[0], points.at(-2), points.at(-1)]).toMatchObject([
    { attributes: { time: 0 }, count: 2 },
    { attributes: { time: SERIES_LIMIT - 1 }, count: 1 },
    { attributes: OVERFLOW, count: 2 },
  ]);
});

it('each instrument has series of its own, over its own boundaries', () => {
  const aggregates = new Aggregates();
  const { requestDuration, timeToFirstToken } = CATALOGUE;
  const point = aggregates.bind(requestDuration, { a: 1 });
  expect(aggregates.bind(requestDuration, { a: 1 })).toBe(point);
  expect(aggregates.bind(timeToFirstToken, { a: 1 })).not.toBe(point);
  expect(point.value().buckets.boundaries).toEqual(requestDuration.buckets);
  expect(Array.from(aggregates.entries(), ([instrument]) => instrument)).toEqual([requestDuration, timeToFirstToken]);
});
