import type { Attributes, Context } from '@opentelemetry/api';
import type { InstrumentKey } from './catalogue';
import type { ModelLabels } from './models';
import * as semconv from './semconv';
import type { SumPoint } from './store';
import type { Outcome } from './types';

/** A histogram to record with: the API's, or one of ours. */
export interface Recordable {
  record(value: number, attributes: Attributes, context: Context): void;
}

/** What finds the histograms of one meter provider. */
export interface Binder {
  readonly models: ModelLabels;
  /** Whether histograms are aggregated here, which changes when metric producers come and go. */
  readonly aggregated: boolean;
  /** A histogram for values with these attributes. */
  bind(key: InstrumentKey, attributes: Attributes): Recordable;
}

/** What {@link Points} need of their series. */
export interface PointSource {
  readonly operation: string;
  readonly labels: Attributes;
  readonly modelLabels: Attributes;
  readonly spanStart: Attributes;
  /** A sum by the `llm` labels; `rest` tells its series of one model apart. */
  sum(key: InstrumentKey, rest: string, attributes: Attributes): SumPoint;
  /** A sum by the GenAI attributes. */
  serverSum(key: InstrumentKey, responseModel: string | undefined, attributes: Attributes): SumPoint;
}

/** Where the numbers of calls go that ended alike: attributes, sums and histograms, found once and used by every call. */
export class Points {
  readonly aggregated: boolean;
  /** The `llm` labels with the outcome. */
  readonly ended: Attributes;
  readonly requests: SumPoint;
  readonly genAi: Attributes;
  readonly genAiEnded: Attributes;
  #sums: Record<string, SumPoint | undefined> = {};
  #histograms: Record<string, Recordable | undefined> = {};

  constructor(
    readonly source: PointSource,
    readonly binder: Binder,
    readonly outcome: Outcome,
    readonly errorType: string | undefined,
    readonly responseModel: string | undefined,
  ) {
    const { labels, operation, spanStart } = source;
    this.aggregated = binder.aggregated;
    this.ended = { ...labels, outcome };
    const counted = errorType === undefined ? this.ended : { ...this.ended, error_type: errorType };
    this.requests = source.sum('requests', `${operation} ${outcome} ${errorType ?? ''}`, counted);
    this.genAi = answeredBy(responseModel, spanStart);
    const failed = outcome === 'error' ? errorType : outcome === 'truncated' ? outcome : undefined;
    this.genAiEnded = failed === undefined ? this.genAi : { ...this.genAi, [semconv.ATTR_ERROR_TYPE]: failed };
  }

  matches(outcome: Outcome, errorType: string | undefined, responseModel: string | undefined): boolean {
    return (
      this.outcome === outcome &&
      this.errorType === errorType &&
      this.responseModel === responseModel &&
      this.aggregated === this.binder.aggregated
    );
  }

  /** `slot` tells apart what is kept of one key: the attributes are always the same for one of them. */
  histogram(key: InstrumentKey, attributes: Attributes, slot: string): Recordable {
    this.#histograms[slot] ??= this.binder.bind(key, attributes);
    return this.#histograms[slot];
  }

  /** A sum that is not split by operation: tokens, cost, unpriced requests. Label values are told apart by `value` alone. */
  perModel(key: InstrumentKey, label?: string, value?: string): SumPoint {
    const slot = value ?? key;
    this.#sums[slot] ??= this.#perModel(key, label, value);
    return this.#sums[slot];
  }

  perCall(key: InstrumentKey): SumPoint {
    const { source } = this;
    this.#sums[key] ??= source.sum(key, source.operation, source.labels);
    return this.#sums[key];
  }

  genAiUsage(key: InstrumentKey): SumPoint {
    this.#sums[key] ??= this.#genAiUsage(key);
    return this.#sums[key];
  }

  #perModel(key: InstrumentKey, label: string | undefined, value: string | undefined): SumPoint {
    const { modelLabels } = this.source;
    return this.source.sum(key, value ?? '', label === undefined ? modelLabels : { ...modelLabels, [label]: value });
  }

  #genAiUsage(key: InstrumentKey): SumPoint {
    const attributes = { ...this.genAi, [semconv.ATTR_TOKEN_MODALITY]: 'unknown' };
    return this.source.serverSum(key, this.responseModel, attributes);
  }
}

/** GenAI attributes with the model that answered, where one said so. */
export const answeredBy = (responseModel: string | undefined, attributes: Attributes): Attributes =>
  responseModel === undefined ? attributes : { ...attributes, [semconv.ATTR_RESPONSE_MODEL]: responseModel };
