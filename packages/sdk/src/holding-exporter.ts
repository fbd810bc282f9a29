import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { DeliveryLog } from './deliveries';
import type { Exporter } from './lazy-exporter';

/** How long a batch is kept that could not be delivered. */
const HOLD_MILLIS = 60_000;
const PAUSE_MILLIS = 1_000;

/**
 * OTLP exporters give up a batch when their timeout is over, ten seconds by default, which is less than a Collector
 * needs to restart. This one tries on for {@link HOLD_MILLIS}. A request that got no answer is not repeated, since it
 * may have been taken.
 */
export class HoldingExporter<Items> implements Exporter<Items> {
  readonly #exporter: Exporter<Items>;
  readonly #log: DeliveryLog;
  readonly #open = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(exporter: Exporter<Items>, log: DeliveryLog) {
    this.#exporter = exporter;
    this.#log = log;
  }

  export(items: Items, done: (result: ExportResult) => void): void {
    const work = this.#deliver(items).then(done);
    this.#open.add(work);
    void work.finally(() => this.#open.delete(work));
  }

  async forceFlush(): Promise<void> {
    for (const goOn of this.#waiting) goOn();
    await Promise.all(this.#open);
  }

  async shutdown(): Promise<void> {
    this.#ended = true;
    await this.forceFlush();
    await this.#exporter.shutdown();
  }

  async #deliver(items: Items): Promise<ExportResult> {
    const until = Date.now() + HOLD_MILLIS;
    for (;;) {
      const result = await new Promise<ExportResult>((resolve) => this.#exporter.export(items, resolve));
      const over = this.#ended || Date.now() > until;
      if (result.code === ExportResultCode.SUCCESS || over || !mayPass(result.error)) return result;
      this.#log.failing(result.error);
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const goOn = () => {
        clearTimeout(timer);
        this.#waiting.delete(goOn);
        resolve();
      };
      const timer = setTimeout(goOn, PAUSE_MILLIS);
      timer.unref();
      this.#waiting.add(goOn);
    });
  }
}

const CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'ENOTFOUND', 'ENETUNREACH', 'EHOSTUNREACH']);
/** gRPC's UNAVAILABLE and RESOURCE_EXHAUSTED. */
const GRPC_CODES = new Set([14, 8]);

/** Whether the same request may succeed later: nobody listened, or the answer was 429, 502, 503 or 504. */
function mayPass(error: Error | undefined): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: string };
  if (typeof code === 'number') return GRPC_CODES.has(code);
  return CODES.has(String(code)) || /retryable status|concurrent export limit/i.test(message ?? '');
}
