import { type Span, type Tracer, trace } from '@opentelemetry/api';
import type { GenAiProfile } from './catalogue';
import type { ClientWatch, StartSpan } from './client-watch';
import type { Destination, ProviderDescriptor, Quirks } from './descriptor';
import { OTHER_MODEL } from './models';
import type { WrapOptions } from './options';
import { own } from './own';
import { type Pipeline, pipelineOf, shared } from './pipeline';
import { SCHEMA_URL } from './semconv';
import { SentHeaders } from './sent-headers';
import type { Endpoint, Series } from './series';
import { type Tally, tallyOf } from './tally';
import { CORE_VERSION, SCOPE_NAME } from './version';

const IDLE_TIMEOUT = 600_000;

/** One wrapped client: where it sends its calls and where their numbers go. */
export class Watch implements ClientWatch {
  readonly profile: GenAiProfile;
  readonly idleTimeoutMillis: number;
  readonly sent: SentHeaders = new SentHeaders();
  readonly tally: Tally;
  #recent: { readonly model: string | undefined; readonly endpoint: Endpoint; readonly series: Series } | undefined;
  #baseURL: unknown;
  #endpoint: Endpoint | undefined;
  #tracer: Tracer | undefined;
  #tracerFrom: unknown;

  constructor(
    readonly client: object,
    readonly descriptor: ProviderDescriptor,
    readonly options: WrapOptions,
  ) {
    this.profile = options.genAi ?? 'latest';
    this.idleTimeoutMillis = options.streamIdleTimeoutMillis ?? IDLE_TIMEOUT;
    this.tally = tallyOf(shared().tallies, this);
  }

  startSpan(...[name, options, context]: Parameters<StartSpan>): Span | null {
    return this.tracer.startSpan(name, options, context);
  }

  /** Looked up at each call: there is no proxy meter in OpenTelemetry JS. */
  get pipeline(): Pipeline {
    return pipelineOf(this.options.meterProvider, this.profile);
  }

  /** The series of a call as things stand: the provider may have changed, or the model been confirmed. */
  series(model: string | undefined, operation: string, endpoint: Endpoint, pipeline: Pipeline): Series {
    const recent = this.#recent;
    if (recent?.model === model && recent?.endpoint === endpoint) {
      const { series } = recent;
      if (series.binder === pipeline && series.operation === operation) return series;
    }
    const label = pipeline.models.label(model, this.options.models);
    const series = pipeline.series(endpoint, operation, label);
    // A model that is one of the others may be confirmed.
    if (label !== OTHER_MODEL) this.#recent = { model, endpoint, series };
    return series;
  }

  /** Kept as long as the provider behind the global one is the same: each look-up there makes a proxy. */
  get tracer(): Tracer {
    const provider = this.options.tracerProvider ?? trace.getTracerProvider();
    const behind = (provider as { getDelegate?(): unknown }).getDelegate?.() ?? provider;
    if (this.#tracer === undefined || this.#tracerFrom !== behind) {
      this.#tracer = provider.getTracer(SCOPE_NAME, CORE_VERSION, { schemaUrl: SCHEMA_URL });
      this.#tracerFrom = behind;
    }
    return this.#tracer;
  }

  /** The client's base URL may be changed after it was wrapped. */
  get endpoint(): Endpoint {
    const baseURL = own(this.client, 'baseURL');
    if (this.#endpoint === undefined || baseURL !== this.#baseURL) {
      this.#baseURL = baseURL;
      const destination = this.descriptor.destination(this.client, this.options.provider);
      this.#endpoint = toEndpoint(destination, this.descriptor.quirks?.(destination, this.client));
    }
    return this.#endpoint;
  }
}

function toEndpoint({ provider, genAiProvider, baseURL, model }: Destination, quirks: Quirks | undefined): Endpoint {
  const name = genAiProvider ?? provider.replaceAll('-', '_');
  return { provider, genAiProvider: name, model, quirks, ...serverOf(baseURL) };
}

function serverOf(baseURL: string | undefined): Pick<Endpoint, 'address' | 'port'> {
  const { hostname, port, protocol } = parseURL(baseURL) ?? { hostname: '', port: '', protocol: '' };
  if (hostname === '') return { address: undefined, port: undefined };
  return { address: hostname, port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port) };
}

interface URLParts {
  readonly hostname: string;
  readonly port: string;
  readonly protocol: string;
}
declare const URL: new (url: string) => URLParts;

/** A URL's parts; `undefined` if it is none. */
export function parseURL(url: string | undefined): URLParts | undefined {
  try {
    return url === undefined ? undefined : new URL(url);
  } catch {
    return undefined;
  }
}
