import { createRequire } from 'node:module';
import * as sdk3 from '@opentelemetry/sdk-metrics';
import { expect, onTestFinished, test } from 'vitest';
import { createInstruments, type View } from '../src/instruments';
import { readOptions } from '../src/options';
import type { Series } from '../src/series';

const sdk2: typeof sdk3 = createRequire(import.meta.url)(
  '../../testing/sdk-2/node_modules/@opentelemetry/sdk-metrics/build/src/index.js',
);

type Temporality = 'CUMULATIVE' | 'DELTA';

/** Readers of one provider, and a function that collects from each what it reports: labels to value. */
function setUp(sdk: typeof sdk3, read: () => readonly Series[], temporalities: readonly Temporality[]) {
  const exporters = temporalities.map((name) => new sdk.InMemoryMetricExporter(sdk.AggregationTemporality[name]));
  const readers = exporters.map(
    (exporter) => new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6 }),
  );
  const provider = new sdk.MeterProvider({ readers });
  onTestFinished(() => provider.shutdown());
  const view: View = { boards: read, slices: () => [], health: () => [] };
  const end = createInstruments(readOptions({ meterProvider: provider }), view);
  const collect = async (at = 0) => {
    exporters[at]?.reset();
    await readers[at]?.forceFlush();
    const points = exporters[at]
      ?.getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
    return Object.fromEntries(
      (points ?? []).flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [`${descriptor.name} ${attributes.uuid}`, value]),
      ),
    );
  };
  return { collect, end };
}

const power = (uuid: string, value: number): Series => ({ name: 'gpu_power_usage_watts', value, attributes: { uuid } });
const energy = (uuid: string, value: number): Series => ({
  name: 'gpu_energy_joules_total',
  value,
  attributes: { uuid },
});
const used = (uuid: string, value: number): Series => ({ name: 'gpu_memory_used_bytes', value, attributes: { uuid } });

const both: [string, typeof sdk3][] = [
  ['3', sdk3],
  ['2', sdk2],
];

test.each(both)(
  'SDK %s: a series that is reported no more ends, the others go on, and it may come back',
  async (_version, sdk) => {
    let series = [power('a', 1), power('b', 2), energy('a', 100), energy('b', 200), used('b', 7)];
    const { collect, end } = setUp(sdk, () => series, ['CUMULATIVE', 'CUMULATIVE']);
    const all = {
      'gpu_power_usage_watts a': 1,
      'gpu_power_usage_watts b': 2,
      'gpu_energy_joules_total a': 100,
      'gpu_energy_joules_total b': 200,
      'gpu_memory_used_bytes b': 7,
    };
    expect(await collect()).toEqual(all);
    expect(await collect(1)).toEqual(all);
    series = [power('a', 3), energy('a', 150)];
    expect(await collect()).toEqual({ 'gpu_power_usage_watts a': 3, 'gpu_energy_joules_total a': 150 });
    expect(await collect(1)).toEqual({ 'gpu_power_usage_watts a': 3, 'gpu_energy_joules_total a': 150 });
    series = [energy('a', 160), energy('b', 290), used('b', 9)];
    expect(await collect()).toEqual({
      'gpu_energy_joules_total a': 160,
      'gpu_energy_joules_total b': 290,
      'gpu_memory_used_bytes b': 9,
    });
    series = [];
    expect(await collect()).toEqual({});
    series = [power('a', 1)];
    expect(await collect()).toEqual({ 'gpu_power_usage_watts a': 1 });
    end();
    expect(await collect()).toEqual({});
    expect(await collect(1)).toEqual({});
  },
);

test.each(both)(
  'SDK %s: a reader with delta temporality gets what was added, also after a series was away',
  async (_version, sdk) => {
    let series = [energy('a', 100)];
    const { collect } = setUp(sdk, () => series, ['DELTA', 'CUMULATIVE']);
    expect(await collect()).toEqual({ 'gpu_energy_joules_total a': 100 });
    series = [energy('a', 130)];
    expect(await collect()).toEqual({ 'gpu_energy_joules_total a': 30 });
    series = [];
    expect(await collect()).toEqual({});
    series = [energy('a', 150)];
    expect(await collect()).toEqual({ 'gpu_energy_joules_total a': 20 });
    expect(await collect(1)).toEqual({ 'gpu_energy_joules_total a': 150 });
  },
);
