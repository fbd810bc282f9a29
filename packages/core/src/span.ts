import { type Attributes, type AttributeValue, type Context, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Call } from './call';
import { contextInside, IN_CALL } from './call-context';
import type { GenAiProfile } from './catalogue';
import { NEVER, toSeconds } from './clock';
import { errorMessage } from './errors';
import { quietly, warnFault } from './guard';
import type { CallLink } from './lifetimes';
import { UNKNOWN_MODEL } from './models';
import { addResponse } from './response';
import * as semconv from './semconv';
import type { Series } from './series';
import { spanTime } from './span-time';
import type { StreamTimes } from './stream-times';
import { NO_TOKEN, OUTPUT, type Outcome, type Usage } from './types';

/** Takes attributes one by one: a span, which does no more than that with many at once. */
export interface AttributeSink {
  setAttribute(key: string, value: AttributeValue): unknown;
}

/** What is started inside a call, such as a connection pool, keeps its context for good: a call that is over counts no more. */
export const isInCall = (active: Context): boolean =>
  (active.getValue(IN_CALL) as CallLink<Call> | undefined)?.call !== undefined;

/** Starts the span of a call, and sets the context that its request runs in. */
export function startSpan(call: Call, series: Series, request: unknown, args: readonly unknown[] = []): void {
  const { model, method, watch, context } = call;
  try {
    const isLabel = model === series.model;
    const name = model === undefined ? method.operation : isLabel ? series.spanName : `${method.operation} ${model}`;
    const attributes =
      model === undefined || isLabel ? series.spanStart : { ...series.spanStart, [semconv.ATTR_REQUEST_MODEL]: model };
    const options = { kind: SpanKind.CLIENT, attributes, startTime: spanTime(call, 0) };
    const span = watch.startSpan(name, options, context, args);
    call.context = contextInside(context, call.link, span);
    if (span === null) return;
    call.span = span;
    if (span.isRecording()) addRequest(span, call, request);
  } catch (fault) {
    warnFault('starting a span', fault);
  }
}

/** Attributes that a sampler has no use for; the SDK would look at them twice if they were there at the start. */
export function addRequest(sink: AttributeSink, call: Call, request: unknown): void {
  const { method, watch, model, endpoint } = call;
  addAll(sink, call.values?.spanAttributes, watch.profile);
  addAll(sink, watch.descriptor.spanAttributes?.(endpoint, model ?? UNKNOWN_MODEL), watch.profile);
  addAll(sink, method.attributes(request, endpoint), watch.profile);
}

function addAll(sink: AttributeSink, attributes: Attributes | undefined, profile: GenAiProfile): void {
  if (attributes === undefined) return;
  for (const key of Object.keys(attributes)) {
    if (profile !== 'v1.41' || !semconv.LATEST_ONLY.has(key)) set(sink, key, attributes[key]);
  }
}

/** Says on the span of a call how it ended. */
export function describeSpan(call: Call, outcome: Outcome, errorType: string | undefined, error: unknown): void {
  const { span } = call;
  try {
    if (!span?.isRecording()) return;
    addEnd(span, call, outcome, errorType);
    if (outcome === 'error') span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    if (outcome === 'truncated') span.setStatus({ code: SpanStatusCode.ERROR, message: 'stream ended early' });
  } catch (fault) {
    warnFault('describing a span', fault);
  }
}

const messageOf = (error: unknown): string => quietly('an error', () => errorMessage(error)) ?? '';

/** What is known of a call when it is over. */
export function addEnd(sink: AttributeSink, call: Call, outcome: Outcome, errorType: string | undefined): void {
  const { facts, endpoint } = call;
  sink.setAttribute(semconv.ATTR_OUTCOME, outcome);
  set(sink, semconv.ATTR_RESPONSE_ID, facts.responseId);
  set(sink, semconv.ATTR_RESPONSE_MODEL, facts.responseModel);
  set(sink, semconv.ATTR_RESPONSE_FINISH_REASONS, finishReasons(facts.finishReasons));
  if (call.stream !== undefined) addStream(sink, call.stream);
  if (call.method.fetches && call.watch.profile !== 'v1.41') set(sink, semconv.ATTR_RESPONSE_STATUS, facts.status);
  if (outcome === 'error') set(sink, semconv.ATTR_ERROR_TYPE, errorType);
  if (outcome === 'truncated') sink.setAttribute(semconv.ATTR_ERROR_TYPE, outcome);
  if (endpoint.genAiProvider === 'openai') {
    set(sink, semconv.ATTR_OPENAI_RESPONSE_SERVICE_TIER, facts.serviceTier);
    set(sink, semconv.ATTR_OPENAI_SYSTEM_FINGERPRINT, facts.systemFingerprint);
  }
  if (facts.usage !== undefined) addUsage(sink, facts.usage, call.watch.profile);
  addResponse(sink, call);
  if (call.watch.profile !== 'v1.41') addAll(sink, facts.attributes, call.watch.profile);
}

function addStream(sink: AttributeSink, stream: StreamTimes): void {
  const { firstChunk, firstKind, maxGap } = stream;
  if (firstChunk !== NEVER) {
    sink.setAttribute(semconv.ATTR_RESPONSE_TIME_TO_FIRST_CHUNK, toSeconds(firstChunk));
  }
  if (firstKind !== NO_TOKEN) {
    sink.setAttribute(semconv.ATTR_FIRST_TOKEN, firstKind === OUTPUT ? 'output' : 'reasoning');
  }
  if (maxGap !== NEVER) sink.setAttribute(semconv.ATTR_MAX_GAP, toSeconds(maxGap));
}

function set(sink: AttributeSink, key: string, value: AttributeValue | undefined): void {
  if (value !== undefined) sink.setAttribute(key, value);
}

/** A choice without a reason ended in an error, says the convention; nothing is said where no choice has one. */
const finishReasons = (reasons: readonly string[]): string[] | undefined =>
  reasons.some((reason) => reason !== '') ? reasons.map((reason) => reason || 'error') : undefined;

function addUsage(sink: AttributeSink, usage: Usage, profile: GenAiProfile): void {
  set(sink, semconv.ATTR_USAGE_INPUT_TOKENS, usage.input);
  set(sink, semconv.ATTR_USAGE_OUTPUT_TOKENS, usage.output);
  set(sink, semconv.ATTR_USAGE_CACHE_READ, usage.cacheRead);
  set(sink, semconv.ATTR_USAGE_REASONING, usage.reasoning);
  if (profile !== 'v1.41') set(sink, semconv.ATTR_USAGE_CACHE_WRITE, usage.cacheWrite);
  if (profile === 'v1.41' || profile === 'both') set(sink, semconv.ATTR_USAGE_CACHE_CREATION, usage.cacheWrite);
}
