import { type Attributes, type Context, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { CATALOGUE, type Instrument, type InstrumentKey } from './catalogue';
import { NEVER, toSeconds } from './clock';
import type { CallExemplars, ExemplarSource } from './exemplar-source';
import { inform } from './inform';
import { shared } from './pipeline';
import { spanContextOf } from './span-context';
import type { StreamTimes } from './stream-times';

/** One value that was recorded, and the span of the call that it is of. */
export interface Exemplar {
  /** Name of the instrument, as in the catalogue. */
  readonly name: string;
  /** What was recorded in a histogram, or added to a counter. */
  readonly value: number;
  /** Those of its series; not to be changed. */
  readonly attributes: Attributes;
  readonly traceId: string;
  readonly spanId: string;
  /** When it was recorded, in milliseconds since 1970. */
  readonly epochMillis: number;
}

/** Takes exemplars as they come: a dozen for each call. */
export type ExemplarListener = (exemplar: Exemplar) => void;

/**
 * Offers what is recorded of each ended call whose span is sampled: the values of histograms, what is added to counters,
 * and of histograms with a sample per chunk the longest gap of a stream. Nothing is kept, and nothing done while nobody
 * listens. What a listener throws is told once through `diag`.
 *
 * @returns ends it
 */
export function subscribeExemplars(listener: ExemplarListener): () => void {
  const world = shared();
  world.exemplars ??= new Source();
  return (world.exemplars as Source).subscribe(listener);
}

class Source implements ExemplarSource {
  #listeners: readonly ExemplarListener[] = [];

  subscribe(listener: ExemplarListener): () => void {
    const mine: ExemplarListener = (exemplar) => listener(exemplar);
    this.#listeners = [...this.#listeners, mine];
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== mine);
    };
  }

  of(context: Context): CallExemplars | undefined {
    if (this.#listeners.length === 0) return undefined;
    const span = spanContextOf(context);
    return span && (span.traceFlags & TraceFlags.SAMPLED) !== 0 ? new Offers(this.#listeners, span) : undefined;
  }
}

class Offers implements CallExemplars {
  readonly #epochMillis = Date.now();

  constructor(
    private readonly listeners: readonly ExemplarListener[],
    private readonly span: SpanContext,
  ) {}

  take(key: InstrumentKey, value: number, attributes: Attributes): void {
    const { name, perChunk }: Instrument = CATALOGUE[key];
    // What is recorded of gaps one by one are means, partly.
    if (perChunk === undefined) this.#offer(name, value, attributes);
  }

  takeGaps(stream: StreamTimes, llm: Attributes, genAi: Attributes, keys: readonly InstrumentKey[]): void {
    const { maxGap, maxTokenGap } = stream;
    if (maxTokenGap !== NEVER) this.#offer(CATALOGUE.interTokenLatency.name, toSeconds(maxTokenGap), llm);
    if (maxGap === NEVER) return;
    for (const key of keys) this.#offer(CATALOGUE[key].name, toSeconds(maxGap), genAi);
  }

  #offer(name: string, value: number, attributes: Attributes): void {
    const { traceId, spanId } = this.span;
    const exemplar: Exemplar = { name, value, attributes, traceId, spanId, epochMillis: this.#epochMillis };
    for (const listener of this.listeners) inform('a listener of exemplars', listener, exemplar);
  }
}
