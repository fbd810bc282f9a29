import type { DeliveryLog } from './deliveries';
import { SelfMeters } from './self-meters';

interface WatchedExporter {
  readonly signal: string;
  forceFlush(): Promise<void>;
  abandon(): void;
}

/** What `register()` has set up to send with, and what is known of it. */
export class Watched {
  readonly deliveries: DeliveryLog[] = [];
  readonly meters: SelfMeters = new SelfMeters();
  readonly exporters: WatchedExporter[] = [];

  /** Waits for the exports of a signal that are on their way. */
  async flush(signal: string): Promise<void> {
    const exporters = this.exporters.filter((exporter) => exporter.signal === signal);
    await Promise.all(exporters.map((exporter) => exporter.forceFlush()));
  }

  /** Ends all exports that are on their way: timers of the SDK would hold up a process that ends. */
  abandon(): void {
    for (const exporter of this.exporters) exporter.abandon();
  }
}
