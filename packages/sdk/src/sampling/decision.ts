import type { CallSummary } from '@grump/llm-otel-core';
import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Why the span of a call is kept. */
export type Reason = 'error' | 'slow' | 'costly' | 'ratio';

/** What a call is kept for, and the share of calls like it that are kept; `undefined` where it is dropped. */
export interface Kept {
  readonly reason: Reason;
  readonly ratio: number;
}

/** The same for all spans of a trace, in every process: the last 52 bits of its id are as good as random. */
export function isInRatio(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-13), 16) / 2 ** 52 >= 1 - ratio;
}

/** Whether the call failed: by its summary, or by its span where that is all there is. */
export function hasFailed(span: ReadableSpan | undefined, summary: CallSummary | undefined): boolean {
  if (summary !== undefined) return summary.outcome === 'error' || summary.outcome === 'truncated';
  return span?.status.code === SpanStatusCode.ERROR;
}

/** The span with what says why it is there. Spans are not changed once they have ended: others have them too. */
export function mark(span: ReadableSpan, { reason, ratio }: Kept): ReadableSpan {
  const attributes = { ...span.attributes, 'llm.sampling.reason': reason, 'llm.sampling.ratio': ratio };
  const spanContext = span.spanContext();
  return Object.create(span, { attributes: { value: attributes }, spanContext: { value: () => spanContext } });
}
