import { type Histogram, type Meter, type MeterProvider, metrics } from '@opentelemetry/api';
import { CATALOGUE, type GenAiProfile, INSTRUMENTS, type Instrument, type InstrumentKey } from './catalogue';
import { entry } from './entry';
import { createHistogram } from './instruments';
import { ModelLabels } from './models';
import { SCHEMA_URL } from './semconv';
import { type Endpoint, Series } from './series';
import { Store } from './store';
import { CORE_VERSION, SCOPE_NAME } from './version';

/** Endpoints of one pipeline that keep their series; clients with more base URLs than this share nothing. */
const ENDPOINT_LIMIT = 200;

const shows = (profile: GenAiProfile, { profiles }: Instrument): boolean =>
  profiles === undefined || (profile !== 'off' && (profile === 'both' || profiles.includes(profile)));

const CHUNK_KEYS: InstrumentKey[] = ['inferenceTimePerOutputChunk', 'operationTimePerOutputChunk'];

/** What belongs to one meter provider: its instruments, its sums and gaps, its series. */
export class Pipeline {
  readonly store: Store = new Store();
  readonly models: ModelLabels;
  #histograms = new Map<InstrumentKey, Histogram>();
  #observed = new Set<Instrument>();
  #enabled = new Set<GenAiProfile>();
  /** Metric producers bound to this provider by `attach()`. */
  producers = 0;
  #endpoints = new Map<string, Map<string, Map<string, Series>>>();
  #meter: Meter;
  #provider: MeterProvider;

  constructor(provider: MeterProvider, models: ModelLabels) {
    this.models = models;
    this.#provider = provider;
    this.#meter = provider.getMeter(SCOPE_NAME, CORE_VERSION, { schemaUrl: SCHEMA_URL });
  }

  /** Makes the instruments of `profile` that are not there yet. */
  enable(profile: GenAiProfile): void {
    if (this.#enabled.has(profile)) return;
    this.#enabled.add(profile);
    for (const key of Object.keys(CATALOGUE) as InstrumentKey[]) {
      const instrument: Instrument = CATALOGUE[key];
      if (instrument.kind !== 'histogram' || !shows(profile, instrument) || this.#histograms.has(key)) continue;
      if (instrument.perChunk === undefined) this.#histograms.set(key, createHistogram(this.#meter, instrument));
    }
    const fresh = INSTRUMENTS.filter((one) => shows(profile, one) && !this.#observed.has(one));
    for (const one of fresh) this.#observed.add(one);
    this.store.observe(this.#meter, (one) => fresh.includes(one));
  }

  /** The instrument; a per-chunk one is made on first use, since with a metric producer it is never used. */
  histogram(key: InstrumentKey): Histogram {
    return entry(this.#histograms, key, () => createHistogram(this.#meter, CATALOGUE[key]));
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
    return this.producers > 0 || (shared().producers > 0 && metrics.getMeterProvider() === this.#provider);
  }

  series(endpoint: Endpoint, operation: string, model: string): Series {
    const models = entry(this.#operations(endpoint), operation, () => new Map<string, Series>());
    return entry(models, model, () => new Series(this.store, endpoint, operation, model));
  }

  #operations({ provider, address, port }: Endpoint): Map<string, Map<string, Series>> {
    const id = `${provider} ${address ?? ''} ${port ?? ''}`;
    let operations = this.#endpoints.get(id);
    if (operations === undefined) {
      operations = new Map();
      if (this.#endpoints.size < ENDPOINT_LIMIT) this.#endpoints.set(id, operations);
    }
    return operations;
  }
}

interface Shared {
  readonly pipelines: WeakMap<MeterProvider, Pipeline>;
  readonly models: ModelLabels;
  /** Metric producers that were made for the global provider. */
  producers: number;
}

// The ESM and the CommonJS build, or two versions, in one process must count into the same sums.
const KEY = Symbol.for('@grump/llm-otel-core/1');
const world = globalThis as { [KEY]?: Shared };

export function shared(): Shared {
  world[KEY] ??= { pipelines: new WeakMap(), models: new ModelLabels(), producers: 0 };
  return world[KEY];
}

/** The pipeline of `provider`, or of the global one as it is now; before there is any, one that leads nowhere. */
export function pipelineOf(provider: MeterProvider | undefined, profile: GenAiProfile): Pipeline {
  const meterProvider = provider ?? metrics.getMeterProvider();
  const { pipelines, models } = shared();
  const pipeline = entry(pipelines, meterProvider, () => new Pipeline(meterProvider, models));
  pipeline.enable(profile);
  return pipeline;
}
