import { type Attributes, context, createContextKey, SpanKind, trace } from '@opentelemetry/api';
import { type Call, NEVER } from './call';
import type { GenAiProfile } from './catalogue';
import { secondsBetween } from './clock';
import { quietly } from './guard';
import { UNKNOWN_MODEL } from './models';
import * as semconv from './semconv';
import type { Series } from './series';
import type { Outcome, Usage } from './types';

/** Set while a wrapped method runs, so that another layer of ours below it doesn't count the call again. */
const IN_CALL = createContextKey('@grump/llm-otel in call');

/** What is started inside a call, such as a connection pool, keeps its context for good: a call that is over counts no more. */
export const isInCall = (): boolean => (context.active().getValue(IN_CALL) as Call | undefined)?.ended === false;

/** Starts the span of a call, and sets the context that its request runs in. */
export function startSpan(call: Call, series: Series, request: unknown): void {
  const parent = context.active();
  call.context = parent;
  const { model, method, watch, startedAtEpochMillis } = call;
  const name = model === undefined ? method.operation : `${method.operation} ${model}`;
  const attributes =
    model === undefined || model === series.model
      ? series.spanStart
      : { ...series.spanStart, [semconv.ATTR_REQUEST_MODEL]: model };
  const startTime: [number, number] = [Math.trunc(startedAtEpochMillis / 1000), (startedAtEpochMillis % 1000) * 1e6];
  const span = watch.tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes, startTime }, parent);
  call.span = span;
  call.context = trace.setSpan(parent, span).setValue(IN_CALL, call);
  if (!quietly('a span', () => span.isRecording())) return;
  const attributesAtEnd: Attributes = {};
  call.requestAttributes = attributesAtEnd;
  quietly('describing a request', () => addRequest(attributesAtEnd, call, request));
}

/** Attributes that a sampler has no use for are set when the span ends: each setting costs as much as ten attributes. */
export function addRequest(attributes: Attributes, call: Call, request: unknown): Attributes {
  const { method, watch, model, endpoint } = call;
  Object.assign(attributes, watch.descriptor.spanAttributes?.(endpoint, model ?? UNKNOWN_MODEL));
  Object.assign(attributes, method.attributes(request));
  if (watch.profile === 'v1.41') for (const key of semconv.LATEST_ONLY) delete attributes[key];
  return attributes;
}

/** What is known of a call when it is over. */
export function endAttributes(call: Call, outcome: Outcome, errorType: string | undefined): Attributes {
  const { facts, endpoint, firstChunk, startedAt, maxGapMillis } = call;
  const attributes: Attributes = call.requestAttributes ?? {};
  attributes[semconv.ATTR_OUTCOME] = outcome;
  set(attributes, semconv.ATTR_RESPONSE_ID, facts.responseId);
  set(attributes, semconv.ATTR_RESPONSE_MODEL, facts.responseModel);
  set(attributes, semconv.ATTR_RESPONSE_FINISH_REASONS, finishReasons(facts.finishReasons));
  if (firstChunk !== NEVER) {
    attributes[semconv.ATTR_RESPONSE_TIME_TO_FIRST_CHUNK] = secondsBetween(startedAt, firstChunk);
  }
  if (maxGapMillis !== NEVER) attributes[semconv.ATTR_MAX_GAP] = maxGapMillis / 1000;
  if (outcome === 'error') set(attributes, semconv.ATTR_ERROR_TYPE, errorType);
  if (outcome === 'truncated') attributes[semconv.ATTR_ERROR_TYPE] = outcome;
  if (endpoint.genAiProvider === 'openai') {
    set(attributes, semconv.ATTR_OPENAI_RESPONSE_SERVICE_TIER, facts.serviceTier);
    set(attributes, semconv.ATTR_OPENAI_SYSTEM_FINGERPRINT, facts.systemFingerprint);
  }
  if (facts.usage !== undefined) addUsage(attributes, facts.usage, call.watch.profile);
  if (call.watch.profile !== 'v1.41') Object.assign(attributes, facts.attributes);
  return attributes;
}

function set(attributes: Attributes, key: string, value: Attributes[string]): void {
  if (value !== undefined) attributes[key] = value;
}

/** A choice without a reason ended in an error, says the convention; nothing is said where no choice has one. */
const finishReasons = (reasons: readonly string[]): string[] | undefined =>
  reasons.some((reason) => reason !== '') ? reasons.map((reason) => reason || 'error') : undefined;

function addUsage(attributes: Attributes, usage: Usage, profile: GenAiProfile): void {
  set(attributes, semconv.ATTR_USAGE_INPUT_TOKENS, usage.input);
  set(attributes, semconv.ATTR_USAGE_OUTPUT_TOKENS, usage.output);
  set(attributes, semconv.ATTR_USAGE_CACHE_READ, usage.cacheRead);
  set(attributes, semconv.ATTR_USAGE_REASONING, usage.reasoning);
  if (profile !== 'v1.41') set(attributes, semconv.ATTR_USAGE_CACHE_WRITE, usage.cacheWrite);
  if (profile === 'v1.41' || profile === 'both') set(attributes, semconv.ATTR_USAGE_CACHE_CREATION, usage.cacheWrite);
}
