import { createTelemetry } from '@grump/llm-otel-testing';
import { expect, it, onTestFinished } from 'vitest';
import { CATALOGUE } from '../src/catalogue';
import { SERIES_LIMIT, Store } from '../src/store';

const overflow = { 'otel.metric.overflow': true };

it('attributes are made once for each series', () => {
  const store = new Store();
  let made = 0;
  const point = () => store.sum('requests', 'a', () => ({ made: ++made }));
  expect(point()).toBe(point());
  expect(point()).toMatchObject({ value: 0, attributes: { made: 1 } });
  expect(store.sum('tokens', 'a', () => ({}))).not.toBe(point());
});

it('sums past the limit are one series, and known ones stay their own', () => {
  const store = new Store();
  const sum = (id: number) => store.sum('requests', `${id}`, () => ({ id }));
  for (let id = 0; id < SERIES_LIMIT; id++) sum(id).value += 1;
  expect(sum(SERIES_LIMIT - 1).attributes).toEqual({ id: SERIES_LIMIT - 1 });
  const over = sum(SERIES_LIMIT);
  expect(over.attributes).toEqual(overflow);
  expect(sum(SERIES_LIMIT + 1)).toBe(over);
  expect(sum(0)).toMatchObject({ value: 1, attributes: { id: 0 } });
  expect(store.sum('tokens', '0', () => ({ id: 0 })).attributes).toEqual({ id: 0 });
});

it('gaps past the limit are one series, and known ones stay their own', () => {
  const store = new Store();
  const gaps = (id: number) => store.gaps(`${id}`, () => ({ llm: { id }, genAi: { id } }));
  const first = gaps(0);
  for (let id = 1; id < SERIES_LIMIT; id++) gaps(id);
  const last = gaps(SERIES_LIMIT - 1);
  const over = gaps(SERIES_LIMIT);
  expect(gaps(SERIES_LIMIT + 1)).toBe(over);
  expect(gaps(0)).toBe(first);
  const kept = [...store.gapSeries.values()];
  expect(kept).toHaveLength(SERIES_LIMIT + 1);
  expect(kept.at(-2)).toEqual({ llm: { id: SERIES_LIMIT - 1 }, genAi: { id: SERIES_LIMIT - 1 }, gaps: last });
  expect(kept.at(-1)).toEqual({ llm: overflow, genAi: overflow, gaps: over });
});

it('an observable instrument reports each sum; a histogram has none', async () => {
  const { meterProvider, metrics } = createTelemetry();
  onTestFinished(() => meterProvider.shutdown());
  const store = new Store();
  const meter = meterProvider.getMeter('test');
  store.observe(meter, CATALOGUE.requests);
  store.observe(meter, CATALOGUE.requestDuration);
  store.sum('requests', 'a', () => ({ series: 'a' })).value = 3;
  store.sum('requests', 'b', () => ({ series: 'b' })).value = 4;
  store.sum('tokens', 'a', () => ({}));
  const rows = (await metrics()).map((row) => [row.name, row.attributes.series, row.type !== 'histogram' && row.value]);
  expect(rows).toEqual([
    ['llm_requests_total', 'a', 3],
    ['llm_requests_total', 'b', 4],
  ]);
});
