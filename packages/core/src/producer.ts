import { type Attributes, type HrTime, type MeterProvider, metrics, type ValueType } from '@opentelemetry/api';
import { Aggregates, type HistogramPoint, idOf, since } from './aggregate';
import { CATALOGUE, type Instrument } from './catalogue';
import { entry } from './entry';
import { GapBuckets, type HistogramValue, toHistogram } from './gaps';
import { valueTypeOf } from './instruments';
import { type Pipeline, type ProducerCounts, pipelineOf, shared } from './pipeline';
import { SCHEMA_URL } from './semconv';
import type { GapSeries } from './store';
import { CORE_VERSION, SCOPE_NAME } from './version';

export interface MetricProducerOptions {
  /**
   * `per-chunk` hands out the histograms with a sample per chunk; the others go through the API. `all` hands out every
   * histogram, which makes a call cheaper still, but only where each reader of the provider has such a producer, attached
   * before the first call, and no view shall apply. Default `per-chunk`.
   */
  readonly instruments?: 'per-chunk' | 'all' | undefined;
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
  return new Producer(options.temporality === 'delta', options.instruments === 'all' ? 'all' : 'perChunk');
}

/** Whether a producer is there that was not attached to a meter provider, and so serves the global one. */
export const hasUnattachedProducer = (): boolean => shared().unattached > 0;

interface Point {
  readonly attributes: Attributes;
  readonly value: HistogramValue;
}

class Producer implements LlmMetricProducer {
  #pipeline: Pipeline | undefined;
  #live = true;
  #before = new Map<string, HistogramValue>();
  #lastTime: number | undefined;

  constructor(
    private readonly delta: boolean,
    private readonly scope: keyof ProducerCounts,
  ) {
    shared().unattached += 1;
  }

  attach(meterProvider: MeterProvider): void {
    this.detach();
    this.#live = true;
    this.#pipeline = pipelineOf(meterProvider, 'off');
    this.#pipeline.aggregates ??= new Aggregates();
    this.#pipeline.producers[this.scope] += 1;
  }

  detach(): void {
    if (!this.#live) return;
    this.#live = false;
    if (this.#pipeline !== undefined) this.#pipeline.producers[this.scope] -= 1;
    else shared().unattached -= 1;
  }

  async collect(): ReturnType<LlmMetricProducer['collect']> {
    const pipeline = this.#pipeline ?? shared().pipelines.get(metrics.getMeterProvider());
    const metricData = pipeline === undefined ? [] : this.#metrics(pipeline);
    const scope = { name: SCOPE_NAME, version: CORE_VERSION, schemaUrl: SCHEMA_URL };
    const scopeMetrics = metricData.length === 0 ? [] : [{ scope, metrics: metricData }];
    return { resourceMetrics: { resource: undefined, scopeMetrics }, errors: [] };
  }

  #metrics(pipeline: Pipeline): ProducedMetric[] {
    const now = Date.now();
    const started = pipeline.store.startTime;
    const times = { startTime: toHrTime(this.delta ? (this.#lastTime ?? started) : started), endTime: toHrTime(now) };
    this.#lastTime = now;
    const sources = pipeline
      .chunkInstruments()
      .map((instrument) => [instrument, gapPoints(instrument, pipeline.store.gapSeries.values())] as const);
    if (this.scope === 'all') {
      for (const [instrument, { points }] of pipeline.aggregates?.entries() ?? [])
        sources.push([instrument, valuesOf(points)]);
    }
    return sources.flatMap(([instrument, points]) => {
      const dataPoints = this.#unreported(instrument, points).map((point) => ({ ...point, ...times }));
      return dataPoints.length === 0 ? [] : [describe(instrument, dataPoints, this.delta)];
    });
  }

  /** All of it, or with delta temporality what came since the last collection. */
  #unreported({ name }: Instrument, points: readonly Point[]): Point[] {
    if (!this.delta) return points.filter(({ value }) => value.count > 0);
    return points.flatMap(({ attributes, value }) => {
      const id = `${name} ${idOf(attributes)}`;
      const before = this.#before.get(id);
      this.#before.set(id, value);
      const fresh = before === undefined ? value : since(value, before);
      return fresh.count > 0 ? [{ attributes, value: fresh }] : [];
    });
  }
}

function describe(instrument: Instrument, dataPoints: ProducedMetric['dataPoints'], delta: boolean): ProducedMetric {
  const { name, description, unit } = instrument;
  const descriptor = { name, description, unit, valueType: valueTypeOf(instrument) };
  return { descriptor, aggregationTemporality: delta ? 0 : 1, dataPointType: 0, dataPoints };
}

const valuesOf = (points: ReadonlyMap<string, HistogramPoint>): Point[] =>
  Array.from(points.values(), (point) => ({ attributes: point.attributes, value: point.value() }));

/** The `llm` instrument knows less attributes than the GenAI one, so that several series may be one point of it. */
function gapPoints(instrument: Instrument, series: Iterable<GapSeries>): Point[] {
  const isLlm = instrument === CATALOGUE.interTokenLatency;
  const merged = new Map<string, { attributes: Attributes; gaps: GapBuckets }>();
  for (const { llm, genAi, gaps } of series) {
    const attributes = isLlm ? llm : genAi;
    const point = entry(merged, idOf(attributes), () => ({ attributes, gaps: new GapBuckets() }));
    point.gaps.merge(isLlm ? gaps.tokenGaps() : gaps.chunkGaps());
  }
  return Array.from(merged.values(), ({ attributes, gaps }) => ({
    attributes,
    value: toHistogram(gaps, instrument.buckets!),
  }));
}

const toHrTime = (epochMillis: number): HrTime => [Math.trunc(epochMillis / 1000), (epochMillis % 1000) * 1e6];
