import { createMetricProducer } from '@grump/llm-otel-core';
import type { MeterProvider } from '@opentelemetry/api';
import { AggregationTemporality, type MetricProducer, MetricReader } from '@opentelemetry/sdk-metrics';
import { type Collection, CollectionSource, type Origins } from './collection';
import { ExemplarStore } from './exemplar-store';
import type { FindExemplars } from './exemplars';
import type { FamilyOptions } from './families';
import type { FamilyProducer, FamilySnapshot } from './family';
import { TEXT } from './format';
import {
  createFastifyHandler,
  createFetchHandler,
  createHonoHandler,
  createKoaHandler,
  createNodeHandler,
  type FastifyHandler,
  type FetchHandler,
  type HonoHandler,
  type KoaHandler,
  type NodeHandler,
} from './handlers';
import type { PrometheusBridgeOptions } from './options';
import { createPacer } from './pacer';
import { Pages } from './pages';
import { type CollectIntoOptions, type Collecting, collectInto } from './prom-client/collect-into';
import type { PromClientRegistry } from './prom-client/registry';
import { createResponder } from './responder';
import { ScrapeError } from './scrape-error';
import { type ListenOptions, type MetricsServer, startServer } from './server';
import { snapshotsOf } from './snapshots';
import { type ScrapeStats, statsFamilies } from './stats';
import { createWarn } from './warn';

const DEFAULT_TIMEOUT_MILLIS = 5000;

/**
 * Serves what a `MeterProvider` measures to Prometheus: give it as one of the provider's `readers`, then serve
 * {@link handler} or {@link fetch}, or call {@link listen}.
 */
export class PrometheusBridge extends MetricReader {
  /** `(request, response)` for `node:http`, Express and Connect. Answers on every path. */
  readonly handler: NodeHandler;
  /** `(Request) => Promise<Response>` for everything else. Answers on every path. */
  readonly fetch: FetchHandler;
  /** `fastify.get('/metrics', bridge.fastify)` */
  readonly fastify: FastifyHandler;
  /** `router.get('/metrics', bridge.koa)` */
  readonly koa: KoaHandler;
  /** `app.get('/metrics', bridge.hono)` */
  readonly hono: HonoHandler;

  readonly #producer: ReturnType<typeof createMetricProducer>;
  readonly #producers: readonly MetricProducer[];
  readonly #familyProducers: FamilyProducer[];
  readonly #familyOptions: FamilyOptions;
  readonly #exemplars: ExemplarStore | undefined;
  readonly #source: CollectionSource;
  readonly #pages: Pages;
  readonly #servers = new Set<MetricsServer>();
  readonly #timeoutMillis: number | undefined;
  #state: 'unbound' | 'bound' | 'ended' = 'unbound';
  #sdk: unknown;

  constructor(options: PrometheusBridgeOptions = {}) {
    const producer = createMetricProducer({ temporality: 'cumulative', instruments: options.instruments });
    const producers: readonly MetricProducer[] = [producer, ...(options.metricProducers ?? [])];
    super({
      aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
      metricProducers: [...producers],
    });
    this.#producer = producer;
    this.#producers = producers;
    this.#familyProducers = [...(options.familyProducers ?? [])];
    if (options.selfMetrics) this.#familyProducers.push({ collectFamilies: async () => statsFamilies(this.stats) });
    this.#timeoutMillis = options.timeoutMillis;
    this.#familyOptions = familyOptions(options);
    this.#exemplars = createExemplars(options.exemplars);
    this.#source = new CollectionSource(() => this.#origins());
    this.#pages = new Pages({
      ...this.#familyOptions,
      findExemplars: this.findExemplars,
      collect: (timeoutMillis) => this.#collect(timeoutMillis),
    });
    const respond = createResponder({ ...options, open: (...page) => this.#pages.open(...page) });
    this.handler = createNodeHandler(respond);
    this.fetch = createFetchHandler(respond);
    this.fastify = createFastifyHandler(this.handler);
    this.koa = createKoaHandler(this.handler);
    this.hono = createHonoHandler(this.fetch);
  }

  /** What the bridge knows of its own scrapes. */
  get stats(): ScrapeStats {
    return this.#pages.stats;
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
  async scrape(): Promise<string> {
    const page = await this.#pages.open(TEXT, 'identity', this.#timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS);
    const pacer = createPacer();
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of page) {
      text += decoder.decode(chunk);
      if (pacer.due()) await pacer.rest();
    }
    return text;
  }

  /** What the page shows, as plain data: for another process, another registry, or to be sent somewhere. */
  async families(): Promise<FamilySnapshot[]> {
    const collection = await this.#collect(this.#timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS);
    return snapshotsOf(collection, this.#familyOptions, this.findExemplars);
  }

  /**
   * Adds all of this to a `prom-client` registry, now and with every page of it. Rejects with a `NameClashError` if it
   * has metrics of the same names.
   */
  collectInto(registry: PromClientRegistry, options?: CollectIntoOptions): Promise<Collecting> {
    return collectInto(this, registry, options);
  }

  /** Starts a server for the page, by default on `http://localhost:9464/metrics`. It ends with `shutdown()`. */
  async listen(options?: ListenOptions): Promise<MetricsServer> {
    const server = await startServer(this.handler, () => this.#state === 'bound', options);
    this.#servers.add(server);
    return server;
  }

  override setMetricProducer(metricProducer: MetricProducer): void {
    this.#sdk = metricProducer;
    super.setMetricProducer(metricProducer);
  }

  protected override onInitialized(): void {
    this.#state = 'bound';
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {
    this.#state = 'ended';
    this.#producer.detach();
    this.#exemplars?.close();
    await Promise.all(Array.from(this.#servers, (server) => server.close()));
  }

  /** All that there is to show at this moment. */
  protected collectMetrics(timeoutMillis: number): Promise<Collection> {
    return this.#source.collect(timeoutMillis);
  }

  /** Gives the exemplars of a series; `undefined` if there are to be none. */
  protected get findExemplars(): FindExemplars | undefined {
    return this.#exemplars?.find;
  }

  async #collect(timeoutMillis: number): Promise<Collection> {
    if (this.#state === 'unbound') throw new ScrapeError('the bridge is not in the `readers` of a MeterProvider');
    if (this.#state === 'ended') throw new ScrapeError('the bridge has been shut down', 503);
    const collection = await this.collectMetrics(timeoutMillis);
    const { resource } = collection;
    if (resource.asyncAttributesPending) await resource.waitForAsyncAttributes?.();
    return collection;
  }

  #origins(): Origins {
    return {
      sdk: this.#sdk,
      producers: this.#producers,
      familyProducers: this.#familyProducers,
      collectAll: (options) => this.collect(options),
    };
  }
}

function familyOptions(options: PrometheusBridgeOptions): FamilyOptions {
  return {
    strategy: options.translationStrategy ?? 'UnderscoreEscapingWithSuffixes',
    targetInfo: options.targetInfo ?? true,
    withScopeInfo: options.withScopeInfo ?? false,
    resourceLabels: options.resourceLabels ?? [],
    warn: createWarn(),
  };
}

function createExemplars(options: PrometheusBridgeOptions['exemplars'] = true): ExemplarStore | undefined {
  return options === false ? undefined : new ExemplarStore(options === true ? {} : options);
}
