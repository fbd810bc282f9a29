import type { Attributes, Context } from '@opentelemetry/api';
import type { InstrumentKey } from './catalogue';
import type { StreamTimes } from './stream-times';

/** Takes what is recorded of one call. */
export interface CallExemplars {
  take(key: InstrumentKey, value: number, attributes: Attributes): void;
  /** Takes the longest gaps of a stream; `keys` are those of the GenAI instruments that count its gaps. */
  takeGaps(stream: StreamTimes, llm: Attributes, genAi: Attributes, keys: readonly InstrumentKey[]): void;
}

/** There since somebody subscribed to exemplars. */
export interface ExemplarSource {
  /** `undefined` where nobody listens any more, or the span of this context is not sampled. */
  of(context: Context): CallExemplars | undefined;
}
