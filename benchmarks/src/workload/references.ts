import { type AttributeValue, context, metrics, SpanKind, trace } from '@opentelemetry/api';
import type { Begin, Observer } from './observe.ts';
import { registerTelemetry } from './telemetry.ts';

const seen = { chunks: 0 };
const countChunks: Observer = (step) => {
  if (!step.done) seen.chunks += 1;
};

/** Sees each chunk and measures nothing. */
export const seeChunks: Begin = (call) => ({ answer: call(), observer: countChunks });

type Facts = Readonly<Record<string, AttributeValue>>;

/** What a span says of each call: fixed values. */
export interface SpanFacts {
  readonly name: string;
  readonly start: Facts;
  readonly end: Facts;
}

/** Makes a span and records four histograms for each call, with OpenTelemetry's SDK registered. */
export function measureWithSdk({ name, start, end }: SpanFacts): Begin {
  registerTelemetry({});
  const tracer = trace.getTracer('bench');
  const meter = metrics.getMeter('bench');
  const histograms = ['a', 'b', 'c', 'd'].map((metric) => meter.createHistogram(metric, { unit: 's' }));
  return (call) => {
    const parent = context.active();
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: start }, parent);
    const observer: Observer = ({ done }) => {
      if (!done) return;
      for (const histogram of histograms) histogram.record(0.5, start);
      span.setAttributes(end).end();
    };
    return { answer: context.with(trace.setSpan(parent, span), call), observer };
  };
}
