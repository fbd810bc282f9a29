import {
  type Attributes,
  createNoopMeter,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
} from '@opentelemetry/api';
import type { Aggregates } from './aggregate';
import type { CallSource } from './call-source';
import { CATALOGUE, type GenAiProfile, INSTRUMENTS, type Instrument, type InstrumentKey } from './catalogue';
import { entry, Table } from './entry';
import type { ExemplarSource } from './exemplar-source';
import { quietly } from './guard';
import { createHistogram } from './instruments';
import { ModelLabels } from './models';
import type { Binder, Recordable } from './points';
import { SCHEMA_URL } from './semconv';
import { type Endpoint, Series } from './series';
import { SERIES_LIMIT, Store } from './store';
import type { Tally } from './tally';
import { CORE_VERSION, SCOPE_NAME } from './version';

/** Endpoints of one pipeline that keep their series; clients with more base URLs than this share nothing. */
const ENDPOINT_LIMIT = 200;

const shows = (profile: GenAiProfile, { profiles }: Instrument): boolean =>
  profiles === undefined || (profile !== 'off' && (profile === 'both' || profiles.includes(profile)));

const CHUNK_KEYS: InstrumentKey[] = ['inferenceTimePerOutputChunk', 'operationTimePerOutputChunk'];

/** How many metric producers hand out the per-chunk instruments alone, and how many all of them. */
export interface ProducerCounts {
  perChunk: number;
  all: number;
}

/** What belongs to one meter provider: its instruments, its sums and gaps, its series. */
export class Pipeline implements Binder {
  readonly store: Store = new Store();
  readonly models: ModelLabels;
  #histograms = new Map<InstrumentKey, Histogram>();
  #observed = new Set<Instrument>();
  #enabled = new Set<GenAiProfile>();
  /** Brought by the metric producer that hands them out, which most bundles go without. */
  aggregates: Aggregates | undefined;
  /** Metric producers bound to this provider by `attach()`. */
  readonly producers: ProducerCounts = { perChunk: 0, all: 0 };
  #endpoints = new Map<string, SeriesTable>();
  #series = new WeakMap<Endpoint, SeriesTable>();
  #kept = 0;
  #meter: Meter;
  #provider: MeterProvider;

  constructor(provider: MeterProvider, models: ModelLabels) {
    this.models = models;
    this.#provider = provider;
    this.#meter = provider.getMeter(SCOPE_NAME, CORE_VERSION, { schemaUrl: SCHEMA_URL });
  }

  /** Whether the instruments of `profile` are there. */
  has(profile: GenAiProfile): boolean {
    return this.#enabled.has(profile);
  }

  /** Makes the instruments of `profile` that are not there yet. */
  enable(profile: GenAiProfile): void {
    if (this.#enabled.has(profile)) return;
    for (const key of Object.keys(CATALOGUE) as InstrumentKey[]) {
      const instrument: Instrument = CATALOGUE[key];
      if (instrument.kind !== 'histogram' || !shows(profile, instrument) || this.#histograms.has(key)) continue;
      if (instrument.perChunk === undefined) this.#histograms.set(key, createHistogram(this.#meter, instrument));
    }
    for (const instrument of INSTRUMENTS) {
      if (!shows(profile, instrument) || this.#observed.has(instrument)) continue;
      this.store.observe(this.#meter, instrument);
      this.#observed.add(instrument);
    }
    this.#enabled.add(profile);
  }

  get aggregated(): boolean {
    return this.producers.all > 0 && this.producers.perChunk === 0;
  }

  /** The API's histogram, or a point of an aggregate that the metric producers hand out. */
  bind(key: InstrumentKey, attributes: Attributes): Recordable {
    const instrument: Instrument = CATALOGUE[key];
    if (this.aggregated && this.aggregates !== undefined) return this.aggregates.bind(instrument, attributes);
    return entry(this.#histograms, key, () => createHistogram(this.#meter, instrument));
  }

  /** The per-chunk instruments that are in use. */
  chunkInstruments(): Instrument[] {
    const profiles = [...this.#enabled];
    return INSTRUMENTS.filter((one) => one.perChunk && profiles.some((profile) => shows(profile, one)));
  }

  /** The GenAI per-chunk instruments of a profile, by key. */
  chunkKeys(profile: GenAiProfile): InstrumentKey[] {
    return CHUNK_KEYS.filter((key) => shows(profile, CATALOGUE[key]));
  }

  /** Whether a metric producer hands out the gaps, so that they need not go through the API. */
  get produced(): boolean {
    const { perChunk, all } = this.producers;
    return perChunk + all > 0 || (shared().unattached > 0 && metrics.getMeterProvider() === this.#provider);
  }

  series(endpoint: Endpoint, operation: string, model: string): Series {
    const table = this.#series.get(endpoint) ?? this.#makeTable(endpoint);
    return table.get(operation, model) ?? this.#makeSeries(table, endpoint, operation, model);
  }

  /** What is more than an instrument has room for is made for each call. */
  #makeSeries(table: SeriesTable, endpoint: Endpoint, operation: string, model: string): Series {
    const made = new Series(this.store, this, endpoint, operation, model);
    if (this.#kept++ < SERIES_LIMIT) table.keep(operation, model, made);
    return made;
  }

  /** Clients made anew for each request have endpoints that are equal, not the same. */
  #makeTable(endpoint: Endpoint): SeriesTable {
    const { provider, address, port, labels } = endpoint;
    const id = `${provider} ${address ?? ''} ${port ?? ''} ${labels?.id}`;
    const table = this.#endpoints.get(id) ?? new Table();
    if (this.#endpoints.size < ENDPOINT_LIMIT) this.#endpoints.set(id, table);
    this.#series.set(endpoint, table);
    return table;
  }
}

type SeriesTable = Table<string, string, Series>;

interface Shared {
  readonly pipelines: WeakMap<MeterProvider, Pipeline>;
  readonly models: ModelLabels;
  /** Metric producers that were not attached, and so serve the global provider. */
  unattached: number;
  /** There since `callContext` was first used. */
  callContexts?: { current(): unknown };
  exemplars?: ExemplarSource;
  /** By the options that a client was wrapped with. */
  readonly tallies: Map<object, Tally>;
  /** In place of the global one, where that cannot be reached. */
  meterProvider?: MeterProvider | undefined;
  /** There since somebody subscribed to calls. */
  calls?: CallSource;
}

// The ESM and the CommonJS build, or two versions, in one process must count into the same sums.
const KEY = Symbol.for('@grump/llm-otel-core/1');
const world = globalThis as { [KEY]?: Shared };

export function shared(): Shared {
  world[KEY] ??= { pipelines: new WeakMap(), models: new ModelLabels(), unattached: 0, tallies: new Map() };
  return world[KEY];
}

/** Makes `provider` the one that counts, where no option names another; `undefined` gives that back to the global one. */
export function preferMeterProvider(provider: MeterProvider | undefined): void {
  shared().meterProvider = provider;
}

/** The pipeline of `provider`, or of the global one as it is now; before there is any, one that leads nowhere. */
export function pipelineOf(provider: MeterProvider | undefined, profile: GenAiProfile): Pipeline {
  const meterProvider = provider ?? shared().meterProvider ?? metrics.getMeterProvider();
  const known = shared().pipelines.get(meterProvider);
  return known?.has(profile) ? known : makePipeline(meterProvider, profile);
}

function makePipeline(meterProvider: MeterProvider, profile: GenAiProfile): Pipeline {
  const { pipelines, models } = shared();
  const pipeline = entry(
    pipelines,
    meterProvider,
    () => quietly('a meter provider', () => new Pipeline(meterProvider, models)) ?? new Pipeline(NOWHERE, models),
  );
  quietly('making instruments', () => pipeline.enable(profile));
  return pipeline;
}

/** In place of a meter provider that has no meter to give. */
const NOWHERE: MeterProvider = { getMeter: createNoopMeter };
