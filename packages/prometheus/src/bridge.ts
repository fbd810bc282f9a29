import { createMetricProducer } from '@grump/llm-otel-core';
import type { MeterProvider } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type MetricProducer,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { within } from './deadline';
import { createExposition } from './exposition';
import { createFetchHandler, createNodeHandler, type FetchHandler, type NodeHandler } from './handlers';
import { ScrapeError } from './scrape-error';
import { type ListenOptions, type MetricsServer, startServer } from './server';
import { createWarn, type Warn } from './warn';

export interface PrometheusBridgeOptions {
  /** Further sources of metrics. The one that `@grump/llm-otel-core` needs is there by itself. */
  readonly metricProducers?: readonly MetricProducer[];
  /** Histograms that come straight from `@grump/llm-otel-core`: see its `createMetricProducer`. Default `per-chunk`. */
  readonly instruments?: 'per-chunk' | 'all' | undefined;
  /** Whether the page has `target_info`, with the resource's attributes as labels. Default true. */
  readonly targetInfo?: boolean;
  /**
   * Whether every series carries `otel_scope_name`, `otel_scope_version` and `otel_scope_schema_url`. Default false,
   * against the OpenTelemetry specification, so that series have the labels of the catalogue and no others; same-named
   * metrics of several scopes are then one family.
   */
  readonly withScopeInfo?: boolean;
  /** How long a scrape may take, in milliseconds. Default 5000; Prometheus waits for 10 seconds unless told otherwise. */
  readonly timeoutMillis?: number;
}

/** What of the time a slow callback may use up, so that the rest of the page still goes out. */
const CALLBACK_SHARE = 0.8;

/**
 * Serves what a `MeterProvider` measures to Prometheus: give it as one of the provider's `readers`, then serve
 * {@link handler} or {@link fetch}, or call {@link listen}.
 */
export class PrometheusBridge extends MetricReader {
  /** `(request, response)` for `node:http` and what builds on it. Answers on every path. */
  readonly handler: NodeHandler;
  /** `(Request) => Promise<Response>` for everything else. Answers on every path. */
  readonly fetch: FetchHandler;

  readonly #print: (collected: ResourceMetrics) => string;
  readonly #producer: ReturnType<typeof createMetricProducer>;
  readonly #servers = new Set<MetricsServer>();
  readonly #timeoutMillis: number;
  readonly #warn: Warn = createWarn();
  #state: 'unbound' | 'bound' | 'ended' = 'unbound';
  #pending: Promise<string> | undefined;

  constructor(options: PrometheusBridgeOptions = {}) {
    const { metricProducers = [], targetInfo = true, withScopeInfo = false, timeoutMillis = 5000 } = options;
    const producer = createMetricProducer({ temporality: 'cumulative', instruments: options.instruments });
    super({
      aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
      metricProducers: [producer, ...metricProducers],
    });
    this.#producer = producer;
    this.#timeoutMillis = timeoutMillis;
    this.#print = createExposition({ targetInfo, withScopeInfo, warn: this.#warn });
    const scrape = () => this.scrape();
    this.handler = createNodeHandler(scrape);
    this.fetch = createFetchHandler(scrape);
  }

  /** Says whose metrics these are, where that is not the global meter provider. */
  attach(meterProvider: MeterProvider): void {
    this.#producer.attach(meterProvider);
  }

  /** Leaves the per-chunk histograms to the API, for a provider with readers that have no metric producer. */
  detach(): void {
    this.#producer.detach();
  }

  /** The page, in the text format 0.0.4. Calls that overlap share one collection. */
  scrape(): Promise<string> {
    this.#pending ??= within(this.#timeoutMillis, this.#page()).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Starts a server for the page, by default on `http://localhost:9464/metrics`. It ends with `shutdown()`. */
  async listen(options?: ListenOptions): Promise<MetricsServer> {
    const server = await startServer(this.handler, options);
    this.#servers.add(server);
    return server;
  }

  protected override onInitialized(): void {
    this.#state = 'bound';
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {
    this.#state = 'ended';
    this.#producer.detach();
    await Promise.all(Array.from(this.#servers, (server) => server.close()));
  }

  async #page(): Promise<string> {
    if (this.#state === 'unbound') throw new ScrapeError('the bridge is not in the `readers` of a MeterProvider');
    if (this.#state === 'ended') throw new ScrapeError('the bridge has been shut down');
    const { resourceMetrics, errors } = await this.collect({ timeoutMillis: this.#timeoutMillis * CALLBACK_SHARE });
    for (const error of errors) this.#warn(`a callback failed, and its metrics are missing: ${error}`, error);
    const { resource } = resourceMetrics;
    if (resource.asyncAttributesPending) await resource.waitForAsyncAttributes?.();
    return this.#print(resourceMetrics);
  }
}
