import type { Attributes, AttributeValue, HrTime, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';

/** A span that counts how often it was ended; a real one would not tell of the second time. */
export interface CountedSpan {
  ends: number;
  seconds: number;
  attributes: Attributes;
}

const toSeconds = ([seconds, nanos]: HrTime): number => seconds + nanos / 1e9;

/** A tracer provider that keeps count of its spans in `spans`. */
export function createCountingTracer(): { readonly spans: CountedSpan[]; readonly tracerProvider: TracerProvider } {
  const spans: CountedSpan[] = [];
  const startSpan = (_: string, { startTime, attributes }: SpanOptions): Span => {
    const counted: CountedSpan = { ends: 0, seconds: Number.NaN, attributes: { ...attributes } };
    spans.push(counted);
    const span = {
      isRecording: () => true,
      setAttribute: (key: string, value: AttributeValue) => Object.assign(counted.attributes, { [key]: value }),
      setAttributes: (added: Attributes) => Object.assign(counted.attributes, added),
      setStatus: () => span,
      spanContext: () => ({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 }),
      end: (time: HrTime) => {
        counted.ends += 1;
        counted.seconds = toSeconds(time) - toSeconds(startTime as HrTime);
      },
    };
    return span as unknown as Span;
  };
  return { spans, tracerProvider: { getTracer: () => ({ startSpan }) as unknown as Tracer } };
}
