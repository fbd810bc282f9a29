import { type Attributes, type Context, createContextKey } from '@opentelemetry/api';
import { type Pipeline, shared } from './pipeline';
import type { Endpoint } from './series';

/** Where `callContext` leaves its values in OpenTelemetry's context. The same key in each copy of this package. */
export const VALUES: symbol = createContextKey('@grump/llm-otel-core/1 values');

/** What the application says of a call, by `callContext`. */
export interface CallValues {
  readonly attributes: Attributes;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  /** All of it, as it goes on spans. */
  readonly spanAttributes: Attributes;
  /** `endpoint` with the labels that are to be on what is recorded of its calls. */
  labelled(endpoint: Endpoint): Endpoint;
  /** A call with these values begins. */
  began(pipeline: Pipeline): void;
}

/** The values of the `callContext` that is active, if one is. */
export const valuesOf = (active: Context): CallValues | undefined =>
  (active.getValue(VALUES) ?? shared().callContexts?.current()) as CallValues | undefined;
