import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { DeliveryLog } from './deliveries';

/** What the exporters of all signals have in common. */
export interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/** An exporter that is loaded when there is first something to send, so that `register()` need not wait for it. */
export class LazyExporter<Items> implements Exporter<Items> {
  readonly #load: () => Promise<Exporter<Items>>;
  readonly #count: (items: Items) => number;
  readonly #log: DeliveryLog;
  readonly #open = new Set<(result: ExportResult) => void>();
  #loaded: Promise<Exporter<Items>> | undefined;

  constructor(load: () => Promise<Exporter<Items>>, log: DeliveryLog, count: (items: Items) => number) {
    this.#load = load;
    this.#log = log;
    this.#count = count;
  }

  export(items: Items, done: (result: ExportResult) => void): void {
    const end = (result: ExportResult) => {
      if (!this.#open.delete(end)) return;
      this.#log.note(this.#count(items), result);
      done(result);
    };
    this.#open.add(end);
    this.#loaded ??= this.#load();
    this.#loaded
      .then((exporter) => exporter.export(items, end))
      .catch((error: unknown) => end({ code: ExportResultCode.FAILED, error: toError(error) }));
  }

  /** Ends what is on its way, so that nobody waits for it any longer. */
  abandon(): void {
    const error = new Error('given up, since the process ends');
    for (const end of this.#open) end({ code: ExportResultCode.FAILED, error });
  }

  async forceFlush(): Promise<void> {
    await (await this.#loaded)?.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await (await this.#loaded)?.shutdown();
  }
}

const toError = (fault: unknown): Error => (fault instanceof Error ? fault : new Error(String(fault)));
