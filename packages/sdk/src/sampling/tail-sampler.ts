import { type CallSummary, SCOPE_NAME, subscribeCalls } from '@grump/llm-otel-core';
import { type Context, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { hasFailed, isInRatio, type Kept, mark } from './decision';
import { MovingQuantile } from './moving-quantile';
import { checkTailSampler, type TailSamplerOptions } from './options';

/** How long a span that has ended waits to be told of its call: as long as the price table may take to load. */
const PATIENCE_MILLIS = 10_000;
/** How much of that `forceFlush()` waits. */
const FLUSH_MILLIS = 1000;

/** The spans of one call, until it is decided. */
interface Family {
  readonly traceId: string;
  /** Of the call itself, when it has ended. */
  span: ReadableSpan | undefined;
  endedAt: number;
  summary: CallSummary | undefined;
  isSlow: boolean;
  /** What was started inside and has ended. */
  readonly inside: ReadableSpan[];
  /** `null` until it is decided. */
  kept: Kept | undefined | null;
}

/**
 * Decides at the end of a call whether its span goes on to `next`, and with it what was started inside, such as the spans
 * of HTTP requests. Kept are calls that failed, slow first tokens, costly calls, and a ratio of the rest; a kept span says
 * why in `llm.sampling.reason` and which share of its like is kept in `llm.sampling.ratio`. Other spans go on as they
 * are, and metrics know nothing of it.
 *
 * @throws TypeError for an option that cannot be meant
 */
export function tailSampler(next: SpanProcessor, options: TailSamplerOptions = {}): SpanProcessor {
  return new TailSampler(next, checkTailSampler(options));
}

class TailSampler implements SpanProcessor {
  /** By the ids of all their spans that have not ended, and of the call's. In the order they began. */
  #families = new Map<string, Family>();
  /** Those whose call has ended, but is not decided. */
  #waiting = new Set<Family>();
  #held = 0;
  #slow: MovingQuantile;
  #unsubscribe: () => void;
  #drained: (() => void) | undefined;

  constructor(
    readonly next: SpanProcessor,
    readonly options: ReturnType<typeof checkTailSampler>,
  ) {
    this.#slow = new MovingQuantile(options.slowQuantile, options.window);
    this.#unsubscribe = subscribeCalls({ ended: (summary) => this.#told(summary) });
  }

  onStart(span: Span, parentContext: Context): void {
    this.next.onStart(span, parentContext);
    const { spanId, traceId, traceFlags } = span.spanContext();
    if ((traceFlags & TraceFlags.SAMPLED) === 0) return;
    const family = isCall(span) ? createFamily(traceId) : this.#families.get(span.parentSpanContext?.spanId ?? '');
    if (family === undefined) return;
    this.#families.set(spanId, family);
    if (this.#families.size > this.options.maxSpans) this.#forgetOldest();
  }

  onEnding(span: Span): void {
    this.next.onEnding?.(span);
  }

  onEnd(span: ReadableSpan): void {
    const { spanId, traceId, traceFlags } = span.spanContext();
    const known = this.#families.get(spanId);
    // What was forgotten is decided by what its span tells.
    const family = known ?? (isCall(span) && traceFlags & TraceFlags.SAMPLED ? createFamily(traceId) : undefined);
    if (family === undefined) this.next.onEnd(span);
    else if (isCall(span)) this.#callEnded(span, family, known !== undefined);
    else this.#insideEnded(spanId, span, family);
  }

  async forceFlush(): Promise<void> {
    await this.#drain();
    await this.next.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.#drain();
    this.#unsubscribe();
    await this.next.shutdown();
  }

  #callEnded(span: ReadableSpan, family: Family, isKnown: boolean): void {
    family.span = span;
    family.endedAt = Date.now();
    if (family.summary !== undefined || !isKnown) this.#decide(family);
    else this.#waiting.add(family);
    for (const late of this.#waiting) {
      if (family.endedAt - late.endedAt < PATIENCE_MILLIS) break;
      this.#decide(late);
    }
  }

  #insideEnded(spanId: string, span: ReadableSpan, family: Family): void {
    this.#families.delete(spanId);
    if (family.kept !== null) {
      if (family.kept !== undefined) this.next.onEnd(mark(span, family.kept));
    } else if (this.#held < this.options.maxSpans) {
      this.#held += 1;
      family.inside.push(span);
    }
  }

  /** Told once of each call that is over, before or after its span has ended. */
  #told(summary: CallSummary): void {
    const { provider, model = '', timeToFirstTokenSeconds: first, spanId } = summary;
    const isSlow = first !== undefined && this.#slow.isAbove(`${provider} ${model}`, first);
    const family = spanId === undefined ? undefined : this.#families.get(spanId);
    if (family === undefined) return;
    family.summary = summary;
    family.isSlow = isSlow;
    if (family.span !== undefined) this.#decide(family);
  }

  #decide(family: Family): void {
    const { span, inside } = family;
    const kept = this.#judge(family);
    family.kept = kept;
    if (span !== undefined) this.#families.delete(span.spanContext().spanId);
    this.#waiting.delete(family);
    this.#held -= inside.length;
    if (kept !== undefined)
      for (const one of [...inside, span]) if (one !== undefined) this.next.onEnd(mark(one, kept));
    inside.length = 0;
    if (this.#waiting.size === 0) this.#drained?.();
  }

  #judge({ traceId, span, summary, isSlow }: Family): Kept | undefined {
    const { ratio, costlyUsd } = this.options;
    if (hasFailed(span, summary)) return { reason: 'error', ratio: 1 };
    if (isSlow) return { reason: 'slow', ratio: 1 };
    if ((summary?.cost?.usd ?? -1) >= costlyUsd) return { reason: 'costly', ratio: 1 };
    return isInRatio(traceId, ratio) ? { reason: 'ratio', ratio } : undefined;
  }

  #forgetOldest(): void {
    const [[spanId, family]] = this.#families as unknown as [[string, Family]];
    this.#families.delete(spanId);
    if (family.kept === null) this.#decide(family);
  }

  /** Waits a moment for what is still to be told, and decides the rest without. */
  async #drain(): Promise<void> {
    if (this.#waiting.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, FLUSH_MILLIS);
        this.#drained = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const family of this.#waiting) this.#decide(family);
  }
}

const isCall = ({ instrumentationScope }: Pick<ReadableSpan, 'instrumentationScope'>): boolean =>
  instrumentationScope.name === SCOPE_NAME;

const createFamily = (traceId: string): Family => ({
  traceId,
  span: undefined,
  endedAt: 0,
  summary: undefined,
  isSlow: false,
  inside: [],
  kept: null,
});
