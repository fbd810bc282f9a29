import type { Attributes } from '@opentelemetry/api';
import type { InstrumentKey } from './catalogue';
import type { Quirks } from './descriptor';
import { GapPoint } from './gaps';
import { answeredBy, type Binder, type PointSource, Points } from './points';
import * as semconv from './semconv';
import type { Store, SumPoint } from './store';
import type { Outcome } from './types';

/** Labels that the application gives to calls. */
export interface Labels {
  readonly id: string;
  readonly attributes: Attributes;
}

/** Where a client's calls go, as labels: `provider="nvidia-nim"`, `gen_ai.provider.name="nvidia_nim"`. */
export interface Endpoint {
  readonly provider: string;
  readonly genAiProvider: string;
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly quirks?: Quirks | undefined;
  /** Model of requests that name none. */
  readonly model?: string | undefined;
  /** Of `callContext`. */
  readonly labels?: Labels;
}

/** Distinct endings and response models that one series keeps points for. */
const VARIANT_LIMIT = 200;

interface GapsOfModel {
  readonly responseModel: string | undefined;
  readonly produced: boolean;
  readonly point: GapPoint;
}

/** Attributes and points of one endpoint, operation and model, made once and used by every call. */
export class Series implements PointSource {
  readonly labels: Attributes;
  readonly modelLabels: Attributes;
  readonly inFlight: SumPoint;
  /** Attributes set when a span starts, so that samplers see them; the GenAI instruments have them too. */
  readonly spanStart: Attributes;
  readonly spanName: string;
  /** Most calls end as the one before. */
  #recent: Points | undefined;
  #points = new Map<string, Points>();
  #gaps: GapsOfModel | undefined;
  #limits: Record<string, SumPoint> = {};

  constructor(
    readonly store: Store,
    readonly binder: Binder,
    readonly endpoint: Endpoint,
    readonly operation: string,
    readonly model: string,
  ) {
    this.modelLabels = { ...endpoint.labels?.attributes, provider: endpoint.provider, model };
    this.labels = { ...this.modelLabels, operation };
    this.inFlight = this.sum('requestsInFlight', operation, this.labels);
    this.spanStart = genAiBase(endpoint, operation, model);
    this.spanName = `${operation} ${model}`;
  }

  points(outcome: Outcome, errorType: string | undefined, answering: string | undefined): Points {
    const responseModel = this.#label(answering);
    if (this.#recent?.matches(outcome, errorType, responseModel)) return this.#recent;
    const id = `${outcome}\n${errorType ?? ''}\n${responseModel ?? ''}\n${this.binder.aggregated}`;
    const points = this.#points.get(id) ?? new Points(this, this.binder, outcome, errorType, responseModel);
    if (this.#points.size < VARIANT_LIMIT) this.#points.set(id, points);
    this.#recent = points;
    return points;
  }

  /** What is left of a rate limit, by its kind. */
  limit(kind: string): SumPoint {
    this.#limits[kind] ??= this.sum('rateLimitRemaining', kind, { ...this.modelLabels, kind });
    return this.#limits[kind];
  }

  /** Where gaps are counted: for the metric producer, if it is `produced`, or until the next stream of the series ends. */
  gaps(answering: string | undefined, produced: boolean): GapPoint {
    const responseModel = this.#label(answering);
    const recent = this.#gaps;
    if (recent?.responseModel === responseModel && recent?.produced === produced) return recent.point;
    const point = produced ? this.#gapPoint(responseModel) : new GapPoint();
    this.#gaps = { responseModel, produced, point };
    return point;
  }

  sum(key: InstrumentKey, rest: string, attributes: Attributes): SumPoint {
    const { provider, labels } = this.endpoint;
    return this.store.sum(key, `${provider}\n${this.model}\n${rest}\n${labels?.id}`, () => attributes);
  }

  serverSum(key: InstrumentKey, responseModel: string | undefined, attributes: Attributes): SumPoint {
    return this.store.sum(key, this.#serverId(responseModel), () => attributes);
  }

  #label(answering: string | undefined): string | undefined {
    return this.binder.models.answering(answering, this.model);
  }

  #gapPoint(responseModel: string | undefined): GapPoint {
    const genAi = answeredBy(responseModel, this.spanStart);
    return this.store.gaps(this.#serverId(responseModel), () => ({ llm: this.labels, genAi }));
  }

  #serverId(responseModel: string | undefined): string {
    const { provider, address, port, labels } = this.endpoint;
    return [provider, this.model, this.operation, responseModel, address, port, labels?.id].join('\n');
  }
}

function genAiBase({ genAiProvider, address, port, labels }: Endpoint, operation: string, model: string): Attributes {
  const attributes: Attributes = {
    ...labels?.attributes,
    [semconv.ATTR_OPERATION_NAME]: operation,
    [semconv.ATTR_PROVIDER_NAME]: genAiProvider,
    [semconv.ATTR_REQUEST_MODEL]: model,
  };
  if (address !== undefined) attributes[semconv.ATTR_SERVER_ADDRESS] = address;
  if (address !== undefined && port !== undefined) attributes[semconv.ATTR_SERVER_PORT] = port;
  return attributes;
}
