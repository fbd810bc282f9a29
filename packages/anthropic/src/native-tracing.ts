import type { ClientWatch } from '@grump/llm-otel-core';
import { own } from '@grump/llm-otel-core';
import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  type SpanOptions,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { SpanMode } from './options';
import { shareEnd } from './shared-span';

type Start = (name: string, options: SpanOptions, active: Context) => Span;

/** The SDK's names of spans of what we measure, and of what is around it. */
const CALLS: ReadonlySet<string> = new Set(['anthropic.messages.create', 'anthropic.messages.count_tokens']);
const AROUND = /^anthropic\.(messages\.tool_runner$|(tool_use|custom_tool_use|mcp_tool_use) )/;

const silent = (): Span => trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** What stands for a span where its trace goes on, and nothing is written. */
const shadow = (span: Span): Span => trace.wrapSpanContext(span.spanContext());

/** A tracer without a provider, or switched off, gives spans that are nothing but their parent. */
function isLive(span: Span, active: Context): boolean {
  const made = span.spanContext();
  return span.isRecording() || (isSpanContextValid(made) && made.spanId !== trace.getSpanContext(active)?.spanId);
}

/** The span of a call, until the SDK asks for it. */
interface Made {
  readonly span: Span;
  /** It is the SDK's own, on which we write as well. */
  readonly isNative: boolean;
}

/**
 * Sees to it that a call has one span where the SDK makes spans too: both start theirs through what is made here. The
 * SDK's tracer stays in use for all that is no call of a model.
 */
export function shareTracing(client: { _tracer: Tracer }, tracer: Tracer, watch: ClientWatch, mode: SpanMode): void {
  let made: Made | undefined;
  const startOwn = watch.startSpan.bind(watch);
  const native: Start = (name, options, active) => tracer.startSpan(name, options, active);

  watch.startSpan = (name, options, active, args) => {
    made = makeSpan(mode, { name, options, active, args }, native, startOwn);
    // The SDK asks before it lets go of the thread, or not at all.
    Promise.resolve().then(() => {
      made = undefined;
    });
    return made?.span ?? null;
  };

  const startSpan: Tracer['startSpan'] = (name, options = {}, active = context.active()) => {
    if (CALLS.has(name)) {
      const asked = made;
      made = undefined;
      if (asked !== undefined) return asked.isNative ? named(asked.span, name, options, watch) : shadow(asked.span);
      // A stream helper asks before it makes its call.
      return mode === 'own' || mode === 'off' ? silent() : native(name, options, active);
    }
    if (mode === 'off' && AROUND.test(name)) return silent();
    const span = native(name, options, active);
    if (mode === 'sdk' || !AROUND.test(name) || isLive(span, active)) return span;
    return watch.tracer.startSpan(name, options, active);
  };
  client._tracer = { startSpan, startActiveSpan: tracer.startActiveSpan.bind(tracer) };
}

interface Start4 {
  readonly name: string;
  readonly options: SpanOptions;
  readonly active: Context;
  readonly args: readonly unknown[];
}

function makeSpan(mode: SpanMode, call: Start4, native: Start, startOwn: ClientWatch['startSpan']): Made | undefined {
  const { name, options, active, args } = call;
  if (mode === 'off') return undefined;
  if (mode !== 'own') {
    const given = own(own(args[1], '__span'), 'span') as Span | undefined;
    given?.setAttributes(options.attributes ?? {});
    const span = given ?? native(name, options, active);
    if (isLive(span, active)) return { span: shareEnd(span), isNative: true };
    if (mode === 'sdk') return undefined;
  }
  const span = startOwn(name, options, active, args);
  return span === null ? undefined : { span, isNative: false };
}

/** The SDK's name and attributes on a span that was begun for it; it takes Foundry for Anthropic itself. */
function named(span: Span, name: string, { attributes = {} }: SpanOptions, { endpoint }: ClientWatch): Span {
  span.setAttributes(attributes).setAttribute('gen_ai.provider.name', endpoint.genAiProvider);
  return span.updateName(name);
}
