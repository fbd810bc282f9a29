import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

/** Keeps the spans that have ended, for the table below. */
export class SpanLog implements SpanProcessor {
  readonly #ended: ReadableSpan[] = [];

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    this.#ended.push(span);
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}

  /** One line for each span, indented below its parent, in the order in which they began. */
  lines(): string[] {
    return this.#below(undefined, '');
  }

  #below(parent: string | undefined, indent: string): string[] {
    const ids = new Set(this.#ended.map((span) => span.spanContext().spanId));
    const parentOf = ({ parentSpanContext: context }: ReadableSpan) =>
      context !== undefined && ids.has(context.spanId) ? context.spanId : undefined;
    return this.#ended
      .filter((span) => parentOf(span) === parent)
      .toSorted((one, other) => millisOf(one.startTime) - millisOf(other.startTime))
      .flatMap((span) => [indent + describe(span), ...this.#below(span.spanContext().spanId, `${indent}  `)]);
  }
}

const millisOf = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6;

function describe({ name, attributes, duration, instrumentationScope }: ReadableSpan): string {
  const { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output } = attributes;
  const tokens = output === undefined ? '' : `, ${input} tokens in, ${output} out`;
  return `${name} (by ${instrumentationScope.name}): ${millisOf(duration).toFixed(0)} ms${tokens}`;
}
