import { CORE_VERSION, SCOPE_NAME } from '@grump/llm-otel-core';
import {
  type Counter as ApiCounter,
  type Attributes,
  type Meter,
  type MeterProvider,
  metrics,
} from '@opentelemetry/api';
import type { Counter } from './counters';
import { age, type Use, usedAt } from './window';

/** Counters whose use is shown; what was not used for longest is not. */
const MOST = 1000;

interface Known {
  readonly counter: Counter;
  readonly use: Use;
  readonly at: number;
}

/**
 * `llm_quota_used` and `llm_quota_headroom` of every limit, and `llm_quota_exceeded_total`. Keys are no labels: of those the one with
 * the least headroom is shown, as of models beyond the first hundred.
 */
export class QuotaMeters {
  #known = new Map<string, Known>();
  #labels = new Labels();
  #provider: MeterProvider | undefined;
  #exceeded: ApiCounter | undefined;

  /** Keeps what is known of a counter. */
  know(counter: Counter, use: Use, at: number): void {
    this.#attach();
    this.#known.delete(counter.id);
    this.#known.set(counter.id, { counter, use, at });
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value!);
  }

  exceeded(counter: Counter, refused: boolean): void {
    this.#attach();
    this.#exceeded?.add(1, { ...this.#labels.of(counter), refused });
  }

  /** There is no proxy meter: instruments are made again when there is another provider. */
  #attach(): void {
    const provider = metrics.getMeterProvider();
    if (provider === this.#provider) return;
    this.#provider = provider;
    this.#observe(provider.getMeter(SCOPE_NAME, CORE_VERSION));
  }

  #observe(meter: Meter): void {
    this.#exceeded = meter.createCounter('llm_quota_exceeded_total', {
      description: 'Calls that came when a limit was used up',
    });
    const used = meter.createObservableGauge('llm_quota_used', {
      description: 'Used in the time of the limit, up to now',
    });
    const headroom = meter.createObservableGauge('llm_quota_headroom', { description: 'Left of the limit' });
    meter.addBatchObservableCallback(
      (result) => {
        for (const { labels, amount, left } of this.#figures(Date.now())) {
          result.observe(used, amount, labels);
          result.observe(headroom, left, labels);
        }
      },
      [used, headroom],
    );
  }

  #figures(now: number): Iterable<Figure> {
    const figures = new Map<string, Figure>();
    for (const { counter, use, at } of this.#known.values()) {
      const { windowMillis, allowed } = counter;
      const amount = usedAt(age(use, at, now, windowMillis), now, windowMillis);
      const figure = { labels: this.#labels.of(counter), amount, left: Math.max(0, allowed - amount) };
      const id = JSON.stringify(figure.labels);
      if (!((figures.get(id)?.left ?? Number.POSITIVE_INFINITY) < figure.left)) figures.set(id, figure);
    }
    return figures.values();
  }
}

interface Figure {
  readonly labels: Attributes;
  readonly amount: number;
  readonly left: number;
}

/** Models with a label of their own; names are the caller's, and may be many. */
const MOST_MODELS = 100;

class Labels {
  #models = new Set<string | undefined>();

  of({ label, scope, subject }: Counter): Attributes {
    if (scope !== 'model') return { limit: label, scope };
    if (this.#models.size < MOST_MODELS) this.#models.add(subject);
    return { limit: label, scope, model: this.#models.has(subject) ? subject : 'other' };
  }
}
