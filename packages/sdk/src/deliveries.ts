import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { reason } from './deadline';
import type { Signal } from './otlp-address';

/** How one exporter has fared so far. */
export interface Delivery {
  /** `traces`, `metrics` or `logs`. */
  readonly signal: string;
  /** `otlp` or `console`. */
  readonly exporter: string;
  /** Where it sends to; `undefined` for the console. */
  readonly endpoint: string | undefined;
  readonly protocol: string | undefined;
  /** Spans, data points or log records that were taken. */
  readonly delivered: number;
  /** Those that were given up. */
  readonly failed: number;
  /** Milliseconds since 1970. */
  readonly lastSuccessAt: number | undefined;
  readonly lastFailureAt: number | undefined;
  readonly lastFailure: string | undefined;
}

/** Writes down what becomes of the exports of one exporter. */
export class DeliveryLog {
  readonly #facts: { -readonly [Key in keyof Delivery]: Delivery[Key] };

  constructor(signal: Signal, exporter: string, endpoint?: string, protocol?: string) {
    this.#facts = {
      signal: signal.toLowerCase(),
      exporter,
      endpoint: endpoint === undefined ? undefined : withoutSecrets(endpoint),
      protocol,
      delivered: 0,
      failed: 0,
      lastSuccessAt: undefined,
      lastFailureAt: undefined,
      lastFailure: undefined,
    };
  }

  note(items: number, { code, error }: ExportResult): void {
    const facts = this.#facts;
    if (code === ExportResultCode.SUCCESS) {
      facts.delivered += items;
      facts.lastSuccessAt = Date.now();
      return;
    }
    facts.failed += items;
    this.failing(error);
  }

  /** An attempt has failed, and others will follow. */
  failing(error: Error | undefined): void {
    this.#facts.lastFailureAt = Date.now();
    this.#facts.lastFailure = error === undefined ? 'no reason was given' : reason(error);
  }

  get now(): Delivery {
    return { ...this.#facts };
  }
}

/** A user, a password or a key in the query must not show on a page. */
function withoutSecrets(endpoint: string): string {
  const url = URL.parse(endpoint);
  return url === null ? endpoint : `${url.origin}${url.pathname}`;
}
