import type { Attributes } from '@opentelemetry/api';
import type { InstrumentKey } from './catalogue';
import type { GapPoint } from './gaps';
import * as semconv from './semconv';
import type { Store, SumPoint } from './store';
import type { Outcome } from './types';

/** Where a client's calls go, as labels: `provider="nvidia-nim"`, `gen_ai.provider.name="nvidia_nim"`. */
export interface Endpoint {
  readonly provider: string;
  readonly genAiProvider: string;
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/** Attributes and points of calls that ended alike. */
export interface Ending {
  readonly attributes: Attributes;
  readonly requests: SumPoint;
}

/** Distinct response models or endings that one series keeps attributes for. */
const VARIANT_LIMIT = 200;

/** Attributes and points of one endpoint, operation and model, made once and used by every call. */
export class Series {
  readonly labels: Attributes;
  readonly inFlight: SumPoint;
  /** Attributes set when a span starts, so that samplers see them. */
  readonly spanStart: Attributes;
  #models: Attributes;
  #endings = new Map<string, Ending>();
  #genAi = new Map<string, Attributes>();

  constructor(
    readonly store: Store,
    readonly endpoint: Endpoint,
    readonly operation: string,
    readonly model: string,
  ) {
    const { provider } = endpoint;
    this.#models = { provider, model };
    this.labels = { provider, model, operation };
    this.inFlight = this.#sum('requestsInFlight', `${operation}`, this.labels);
    this.spanStart = genAiBase(endpoint, operation, model);
  }

  ending(outcome: Outcome, errorType: string | undefined): Ending {
    const id = `${outcome} ${errorType ?? ''}`;
    return remember(this.#endings, id, () => {
      const attributes = { ...this.labels, outcome };
      const labels = errorType === undefined ? attributes : { ...attributes, error_type: errorType };
      return { attributes, requests: this.#sum('requests', `${this.operation} ${id}`, labels) };
    });
  }

  /** `llm` sums that are not split by operation: tokens, cost, unpriced requests, rate limits. */
  perModel(key: InstrumentKey, label?: string, value?: string): SumPoint {
    const extra = label === undefined ? {} : { [label]: value };
    return this.#sum(key, value ?? '', { ...this.#models, ...extra });
  }

  perCall(key: InstrumentKey): SumPoint {
    return this.#sum(key, this.operation, this.labels);
  }

  genAi(responseModel: string | undefined, errorType?: string): Attributes {
    return remember(this.#genAi, `${responseModel ?? ''} ${errorType ?? ''}`, () => ({
      ...this.spanStart,
      ...(responseModel === undefined ? {} : { [semconv.ATTR_RESPONSE_MODEL]: responseModel }),
      ...(errorType === undefined ? {} : { [semconv.ATTR_ERROR_TYPE]: errorType }),
    }));
  }

  genAiUsage(key: InstrumentKey, responseModel: string | undefined): SumPoint {
    const id = this.#id(`${this.operation} ${responseModel ?? ''}`, true);
    const attributes = () => ({ ...this.genAi(responseModel), [semconv.ATTR_TOKEN_MODALITY]: 'unknown' });
    return this.store.sum(key, id, attributes);
  }

  gaps(responseModel: string | undefined): GapPoint {
    const id = this.#id(`${this.operation} ${responseModel ?? ''}`, true);
    return this.store.gaps(id, () => ({ llm: this.labels, genAi: this.genAi(responseModel) }));
  }

  #sum(key: InstrumentKey, rest: string, attributes: Attributes): SumPoint {
    return this.store.sum(key, this.#id(rest, false), () => attributes);
  }

  #id(rest: string, withServer: boolean): string {
    const { provider, address, port } = this.endpoint;
    const id = `${provider}\n${this.model}\n${rest}`;
    return withServer ? `${id}\n${address ?? ''}\n${port ?? ''}` : id;
  }
}

function genAiBase({ genAiProvider, address, port }: Endpoint, operation: string, model: string): Attributes {
  const attributes: Attributes = {
    [semconv.ATTR_OPERATION_NAME]: operation,
    [semconv.ATTR_PROVIDER_NAME]: genAiProvider,
    [semconv.ATTR_REQUEST_MODEL]: model,
  };
  if (address !== undefined) attributes[semconv.ATTR_SERVER_ADDRESS] = address;
  if (address !== undefined && port !== undefined) attributes[semconv.ATTR_SERVER_PORT] = port;
  return attributes;
}

function remember<Value>(known: Map<string, Value>, id: string, make: () => Value): Value {
  const found = known.get(id);
  if (found !== undefined) return found;
  const made = make();
  if (known.size < VARIANT_LIMIT) known.set(id, made);
  return made;
}
