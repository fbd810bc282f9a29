import { createMetricProducer, type LlmMetricProducer } from '@grump/llm-otel-core';
import { type MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { countPoints } from '../count-points';
import { TEMPORALITY } from '../temporality';
import type { Sender } from './sender';
import type { EdgeSettings } from './settings';

/** Sends metrics when it is flushed, and only then. */
export class FlushReader extends MetricReader {
  readonly #producer: LlmMetricProducer;
  readonly #sender: Sender<ResourceMetrics>;

  constructor(sender: Sender<ResourceMetrics>, temporality: EdgeSettings['temporality']) {
    const producer = createMetricProducer({ temporality, instruments: 'all' });
    super({ aggregationTemporalitySelector: TEMPORALITY[temporality], metricProducers: [producer] });
    this.#producer = producer;
    this.#sender = sender;
  }

  /** Histograms come straight from core, unless a view shall apply to them. */
  serve(provider: MeterProvider, hasViews: boolean): void {
    this.#producer.detach();
    if (!hasViews) this.#producer.attach(provider);
  }

  protected override async onForceFlush(): Promise<void> {
    const { resourceMetrics } = await this.collect();
    const points = countPoints(resourceMetrics);
    if (points > 0) await this.#sender.send(resourceMetrics, points);
  }

  protected override async onShutdown(): Promise<void> {
    await this.onForceFlush();
  }
}
