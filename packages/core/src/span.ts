import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type Span,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { type Call, NEVER } from './call';
import { UNKNOWN_MODEL } from './models';
import * as semconv from './semconv';
import type { Series } from './series';
import type { Outcome } from './types';

/** Set while a wrapped method runs, so that another layer of ours below it doesn't count the call again. */
const IN_CALL = createContextKey('@grump/llm-otel in call');

export const isInCall = (): boolean => context.active().getValue(IN_CALL) === true;

/** Starts the span of a call and gives the context that its request runs in. */
export function startSpan(call: Call, series: Series, request: unknown): Context {
  const parent = context.active();
  const { model, method, watch, startedAtEpochMillis } = call;
  const name = model === undefined ? method.operation : `${method.operation} ${model}`;
  const attributes =
    model === undefined || model === series.model
      ? series.spanStart
      : { ...series.spanStart, [semconv.ATTR_REQUEST_MODEL]: model };
  const startTime: [number, number] = [Math.trunc(startedAtEpochMillis / 1000), (startedAtEpochMillis % 1000) * 1e6];
  const span = watch.tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes, startTime }, parent);
  if (span.isRecording()) describeRequest(call, span, request);
  call.span = span;
  call.context = trace.setSpan(parent, span).setValue(IN_CALL, true);
  return call.context;
}

function describeRequest({ method, watch, model }: Call, span: Span, request: unknown): void {
  const attributes = method.attributes(request);
  if (watch.profile === 'v1.41') for (const key of semconv.LATEST_ONLY) delete attributes[key];
  span.setAttributes(attributes);
  const extra = watch.descriptor.spanAttributes?.(watch.destination, model ?? UNKNOWN_MODEL);
  if (extra !== undefined) span.setAttributes(extra);
}

/** What is known of a call when it is over. */
export function endAttributes(call: Call, outcome: Outcome, errorType: string | undefined): Attributes {
  const { facts, watch } = call;
  const attributes: Attributes = { [semconv.ATTR_OUTCOME]: outcome };
  const set = (key: string, value: Attributes[string]) => {
    if (value !== undefined) attributes[key] = value;
  };
  set(semconv.ATTR_RESPONSE_ID, facts.responseId);
  set(semconv.ATTR_RESPONSE_MODEL, facts.responseModel);
  if (facts.finishReasons.some((reason) => reason !== '')) {
    set(
      semconv.ATTR_RESPONSE_FINISH_REASONS,
      facts.finishReasons.map((reason) => reason || 'error'),
    );
  }
  if (call.firstChunk !== NEVER) {
    set(semconv.ATTR_RESPONSE_TIME_TO_FIRST_CHUNK, (call.firstChunk - call.startedAt) / 1000);
  }
  if (call.maxGapMillis > 0) set(semconv.ATTR_MAX_GAP, call.maxGapMillis / 1000);
  if (outcome === 'error') set(semconv.ATTR_ERROR_TYPE, errorType);
  if (outcome === 'truncated') set(semconv.ATTR_ERROR_TYPE, outcome);
  if (watch.endpoint.genAiProvider === 'openai') {
    set(semconv.ATTR_OPENAI_RESPONSE_SERVICE_TIER, facts.serviceTier);
    set(semconv.ATTR_OPENAI_SYSTEM_FINGERPRINT, facts.systemFingerprint);
  }
  return addUsage(attributes, call);
}

function addUsage(attributes: Attributes, { facts: { usage }, watch: { profile } }: Call): Attributes {
  if (usage === undefined) return attributes;
  const rows: [string, number | undefined][] = [
    [semconv.ATTR_USAGE_INPUT_TOKENS, usage.input],
    [semconv.ATTR_USAGE_OUTPUT_TOKENS, usage.output],
    [semconv.ATTR_USAGE_CACHE_READ, usage.cacheRead],
    [semconv.ATTR_USAGE_REASONING, usage.reasoning],
  ];
  if (profile !== 'v1.41') rows.push([semconv.ATTR_USAGE_CACHE_WRITE, usage.cacheWrite]);
  if (profile === 'v1.41' || profile === 'both') rows.push([semconv.ATTR_USAGE_CACHE_CREATION, usage.cacheWrite]);
  for (const [key, count] of rows) if (count !== undefined) attributes[key] = count;
  return attributes;
}
