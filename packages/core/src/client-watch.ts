import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { WrapOptions } from './options';

/** Makes the span of a call with these arguments; `null` where it shall have none. */
export type StartSpan = (name: string, options: SpanOptions, context: Context, args: readonly unknown[]) => Span | null;

/** A wrapped client, for those who do more to it than have its methods watched. */
export interface ClientWatch {
  readonly options: WrapOptions;
  /** Where spans go, as things stand. */
  readonly tracer: Tracer;
  readonly endpoint: { readonly genAiProvider: string };
  /** May be replaced, for spans that are made elsewhere. */
  startSpan: StartSpan;
}
