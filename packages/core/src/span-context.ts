import { type Context, isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';
import { quietly } from './guard';

/** Ids and flags of the span that a call's context has: the real one, also while another stands in for it. */
export function spanContextOf(context: Context): SpanContext | undefined {
  const found = quietly('a span', () => trace.getSpanContext(context));
  return found !== undefined && isSpanContextValid(found) ? found : undefined;
}
