import type { WrappedClient } from '@grump/llm-otel-core';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import type { Delivery } from '../deliveries';
import type { DeadlineOptions } from '../registration';
import type { QueueFacts } from '../self-meters';

/** What `register()` has done in this isolate, and how it goes. Plain data. */
export interface EdgeStatus {
  readonly exporters: readonly Delivery[];
  readonly clients: readonly WrappedClient[];
  readonly calls: number;
  /** Spans that wait for a flush. */
  readonly queue: QueueFacts;
  /** One sentence for each variable that is not used and each thing that is amiss now. */
  readonly problems: readonly string[];
}

/** What `register()` set up on an edge runtime, where nothing is sent but by {@link EdgeRegistration.forceFlush}. */
export interface EdgeRegistration {
  /** `undefined` where metrics go nowhere or are another SDK's. */
  readonly meterProvider: MeterProvider | undefined;
  /** `undefined` where traces go nowhere or are another SDK's. */
  readonly tracerProvider: TracerProvider | undefined;
  status(): EdgeStatus;
  /** Sends what is waiting, for `waitUntil()`, once the stream of an answer is over; never rejects, and ends at the deadline. */
  forceFlush(options?: DeadlineOptions): Promise<void>;
  /** Sends what is waiting and takes everything down, so that `register()` works again; never rejects. */
  shutdown(options?: DeadlineOptions): Promise<void>;
}
