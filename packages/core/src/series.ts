import type { Attributes } from '@opentelemetry/api';
import type { InstrumentKey } from './catalogue';
import { Table } from './entry';
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
  /** Model of requests that name none. */
  readonly model?: string | undefined;
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
  #endings = new Table<Outcome, string | undefined, Ending>(VARIANT_LIMIT);
  #genAi = new Table<string | undefined, string | undefined, Attributes>(VARIANT_LIMIT);
  #sums = new Table<InstrumentKey, string | undefined, SumPoint>();
  #gaps = new Table<'gaps', string | undefined, GapPoint>(VARIANT_LIMIT);
  #usage = new Table<InstrumentKey, string | undefined, SumPoint>(VARIANT_LIMIT);

  constructor(
    readonly store: Store,
    readonly endpoint: Endpoint,
    readonly operation: string,
    readonly model: string,
  ) {
    this.labels = { provider: endpoint.provider, model, operation };
    this.inFlight = this.#sum('requestsInFlight', operation, this.labels);
    this.spanStart = genAiBase(endpoint, operation, model);
  }

  ending(outcome: Outcome, errorType: string | undefined): Ending {
    return this.#endings.get(outcome, errorType) ?? this.#makeEnding(outcome, errorType);
  }

  /** `llm` sums that are not split by operation: tokens, cost, unpriced requests, rate limits. */
  perModel(key: InstrumentKey, label?: string, value?: string): SumPoint {
    return this.#sums.get(key, value) ?? this.#makePerModel(key, label, value);
  }

  perCall(key: InstrumentKey): SumPoint {
    return (
      this.#sums.get(key, undefined) ?? this.#sums.keep(key, undefined, this.#sum(key, this.operation, this.labels))
    );
  }

  genAi(responseModel: string | undefined, errorType?: string): Attributes {
    return this.#genAi.get(responseModel, errorType) ?? this.#makeGenAi(responseModel, errorType);
  }

  genAiUsage(key: InstrumentKey, responseModel: string | undefined): SumPoint {
    return this.#usage.get(key, responseModel) ?? this.#makeGenAiUsage(key, responseModel);
  }

  gaps(responseModel: string | undefined): GapPoint {
    return (
      this.#gaps.get('gaps', responseModel) ?? this.#gaps.keep('gaps', responseModel, this.#makeGaps(responseModel))
    );
  }

  #makeGaps(responseModel: string | undefined): GapPoint {
    const id = this.#serverId(responseModel);
    return this.store.gaps(id, () => ({ llm: this.labels, genAi: this.genAi(responseModel) }));
  }

  #makeEnding(outcome: Outcome, errorType: string | undefined): Ending {
    const attributes = { ...this.labels, outcome };
    const labels = errorType === undefined ? attributes : { ...attributes, error_type: errorType };
    const requests = this.#sum('requests', `${this.operation} ${outcome} ${errorType ?? ''}`, labels);
    return this.#endings.keep(outcome, errorType, { attributes, requests });
  }

  #makePerModel(key: InstrumentKey, label: string | undefined, value: string | undefined): SumPoint {
    const models = { provider: this.endpoint.provider, model: this.model };
    const attributes = label === undefined ? models : { ...models, [label]: value };
    return this.#sums.keep(key, value, this.#sum(key, value ?? '', attributes));
  }

  #makeGenAi(responseModel: string | undefined, errorType: string | undefined): Attributes {
    return this.#genAi.keep(responseModel, errorType, {
      ...this.spanStart,
      ...(responseModel === undefined ? {} : { [semconv.ATTR_RESPONSE_MODEL]: responseModel }),
      ...(errorType === undefined ? {} : { [semconv.ATTR_ERROR_TYPE]: errorType }),
    });
  }

  #makeGenAiUsage(key: InstrumentKey, responseModel: string | undefined): SumPoint {
    const attributes = () => ({ ...this.genAi(responseModel), [semconv.ATTR_TOKEN_MODALITY]: 'unknown' });
    return this.#usage.keep(key, responseModel, this.store.sum(key, this.#serverId(responseModel), attributes));
  }

  #sum(key: InstrumentKey, rest: string, attributes: Attributes): SumPoint {
    return this.store.sum(key, `${this.endpoint.provider}\n${this.model}\n${rest}`, () => attributes);
  }

  #serverId(responseModel: string | undefined): string {
    const { provider, address, port } = this.endpoint;
    return [provider, this.model, this.operation, responseModel, address, port].join('\n');
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
