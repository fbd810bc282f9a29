import { type Attributes, type HrTime, type MeterProvider, metrics, type ValueType } from '@opentelemetry/api';
import { CATALOGUE, type Instrument } from './catalogue';
import { GapBuckets, type HistogramValue, toHistogram } from './gaps';
import { valueTypeOf } from './instruments';
import { type Pipeline, pipelineOf, shared } from './pipeline';
import { SCHEMA_URL } from './semconv';
import type { GapSeries } from './store';
import { CORE_VERSION, SCOPE_NAME } from './version';

export interface MetricProducerOptions {
  /** What each collection reports: all since the start, or since the collection before. Default `cumulative`. */
  readonly temporality?: 'cumulative' | 'delta';
}

/** A histogram in the shape of sdk-metrics' `HistogramMetricData`. */
export interface ProducedMetric {
  readonly descriptor: { name: string; description: string; unit: string; valueType: ValueType };
  /** 0 delta, 1 cumulative: sdk-metrics' `AggregationTemporality`. */
  readonly aggregationTemporality: 0 | 1;
  /** sdk-metrics' `DataPointType.HISTOGRAM`. */
  readonly dataPointType: 0;
  readonly dataPoints: { startTime: HrTime; endTime: HrTime; attributes: Attributes; value: HistogramValue }[];
}

/** What {@link createMetricProducer} makes; fits sdk-metrics' `MetricProducer`. */
export interface LlmMetricProducer {
  // biome-ignore lint/suspicious/noExplicitAny: sdk-metrics' resource type, which this package does not import; readers ignore a producer's resource.
  collect(): Promise<{ resourceMetrics: { resource: any; scopeMetrics: ProducedScope[] }; errors: unknown[] }>;
  /** Binds it to one meter provider. Without it, it serves the global one. */
  attach(meterProvider: MeterProvider): void;
  /** Ends it: from here on gaps are recorded through the API again, unless another producer is there. */
  detach(): void;
}

interface ProducedScope {
  scope: { name: string; version: string; schemaUrl: string };
  metrics: ProducedMetric[];
}

/**
 * The per-chunk histograms, which are aggregated here since recording each gap through the API would cost more than
 * the rest of the wrap. Give one to every reader: `new PeriodicExportingMetricReader({ exporter, metricProducers: [it] })`.
 * `register()` and the Prometheus bridge do so by themselves.
 */
export function createMetricProducer(options: MetricProducerOptions = {}): LlmMetricProducer {
  return new Producer(options.temporality === 'delta');
}

/** Whether a producer is there that was not attached to a meter provider, and so serves the global one. */
export const hasUnattachedProducer = (): boolean => shared().producers > 0;

type Reading = { readonly series: GapSeries; readonly token: GapBuckets; readonly chunk: GapBuckets };

class Producer implements LlmMetricProducer {
  #pipeline: Pipeline | undefined;
  #live = true;
  #before = new Map<GapSeries, Reading>();
  #lastTime: number | undefined;

  constructor(private readonly delta: boolean) {
    shared().producers += 1;
  }

  attach(meterProvider: MeterProvider): void {
    this.detach();
    this.#live = true;
    this.#pipeline = pipelineOf(meterProvider, 'off');
    this.#pipeline.producers += 1;
  }

  detach(): void {
    if (!this.#live) return;
    this.#live = false;
    if (this.#pipeline !== undefined) this.#pipeline.producers -= 1;
    else shared().producers -= 1;
  }

  async collect(): ReturnType<LlmMetricProducer['collect']> {
    const pipeline = this.#pipeline ?? shared().pipelines.get(metrics.getMeterProvider());
    const metricData = pipeline === undefined ? [] : this.#metrics(pipeline);
    const scope = { name: SCOPE_NAME, version: CORE_VERSION, schemaUrl: SCHEMA_URL };
    const scopeMetrics = metricData.length === 0 ? [] : [{ scope, metrics: metricData }];
    return { resourceMetrics: { resource: undefined, scopeMetrics }, errors: [] };
  }

  #metrics(pipeline: Pipeline): ProducedMetric[] {
    const { store } = pipeline;
    const readings = [...store.gapSeries.values()].map((series) => this.#read(series));
    const endTime = Date.now();
    const startTime = toHrTime(this.delta ? (this.#lastTime ?? store.startTime) : store.startTime);
    this.#lastTime = endTime;
    return pipeline.chunkInstruments().flatMap((instrument) => {
      const dataPoints = pointsOf(instrument, readings, !this.delta).map((point) => ({
        ...point,
        startTime,
        endTime: toHrTime(endTime),
      }));
      return dataPoints.length === 0 ? [] : [describe(instrument, dataPoints, this.delta)];
    });
  }

  /** What a series holds: all of it, or with delta temporality what came since the last reading. */
  #read(series: GapSeries): Reading {
    const now = { series, token: series.gaps.tokenGaps(), chunk: series.gaps.chunkGaps() };
    if (!this.delta) return now;
    const before = this.#before.get(series);
    this.#before.set(series, now);
    if (before === undefined) return now;
    const since = (all: GapBuckets, old: GapBuckets) => new GapBuckets().merge(all).merge(old, -1);
    return { series, token: since(now.token, before.token), chunk: since(now.chunk, before.chunk) };
  }
}

function describe(instrument: Instrument, dataPoints: ProducedMetric['dataPoints'], delta: boolean): ProducedMetric {
  const { name, description, unit } = instrument;
  const descriptor = { name, description, unit, valueType: valueTypeOf(instrument) };
  return { descriptor, aggregationTemporality: delta ? 0 : 1, dataPointType: 0, dataPoints };
}

/** The `llm` instrument knows less attributes than the GenAI one, so that several series may be one point of it. */
function pointsOf(instrument: Instrument, readings: Reading[], extremes: boolean) {
  const llm = instrument === CATALOGUE.interTokenLatency;
  const merged = new Map<Attributes, GapBuckets>();
  for (const { series, token, chunk } of readings) {
    const attributes = llm ? series.llm : series.genAi;
    const gaps = merged.get(attributes) ?? new GapBuckets();
    merged.set(attributes, gaps.merge(llm ? token : chunk));
  }
  return [...merged]
    .map(([attributes, gaps]) => ({ attributes, value: toHistogram(gaps, instrument.buckets!, extremes) }))
    .filter(({ value }) => value.count > 0);
}

const toHrTime = (epochMillis: number): HrTime => [Math.trunc(epochMillis / 1000), (epochMillis % 1000) * 1e6];
