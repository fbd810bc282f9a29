import process from 'node:process';
import type { FetchHandler, NodeHandler } from '@grump/llm-otel-prometheus';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import { DEADLINE_MILLIS, settleWithin } from './deadline';
import type { MetricsPage } from './metrics-page';

export interface DeadlineOptions {
  /** Milliseconds after which waiting ends. Default 5000. */
  readonly timeoutMillis?: number | undefined;
}

/** What {@link register} set up. */
export interface Registration {
  /** `/metrics` for a Node `http` server or Express; 503 with the reason where there are no metrics to show. */
  readonly metricsHandler: NodeHandler;
  /** The same for `Request` and `Response`: Hono, Next, Bun, Deno. */
  readonly metricsFetch: FetchHandler;
  /** Where `/metrics` listens; `undefined` before {@link ready}, or where no port is open. */
  readonly metricsUrl: string | undefined;
  /** `undefined` where metrics are off or another SDK's. */
  readonly meterProvider: MeterProvider | undefined;
  /** `undefined` where traces are off, go nowhere or are another SDK's. */
  readonly tracerProvider: TracerProvider | undefined;
  /** Resolves when `/metrics` listens or it is known that it will not; never rejects. */
  readonly ready: Promise<void>;
  /** Sends what is waiting; never rejects, and ends at the deadline. */
  forceFlush(options?: DeadlineOptions): Promise<void>;
  /** Sends what is waiting and takes everything down, so that `register()` works again; never rejects, and ends at the deadline. */
  shutdown(options?: DeadlineOptions): Promise<void>;
}

/** What a registration is made of. */
export interface Parts {
  readonly page: MetricsPage;
  readonly meterProvider: MeterProvider | undefined;
  readonly tracerProvider: TracerProvider | undefined;
  /** Runs once at the very end of `shutdown()`. */
  readonly release: () => void;
}

/** The handle, which also flushes when the process runs out of work. */
export function createRegistration(parts: Parts): Registration {
  const { page, meterProvider, tracerProvider } = parts;
  let ending: Promise<void> | undefined;
  const forceFlush = (options: DeadlineOptions = {}) => ending ?? flush(parts, options);
  // Once only: a flush is work, after which the process runs out of work again.
  const flushAtExit = () => void forceFlush();
  process.once('beforeExit', flushAtExit);
  const shutdown = (options: DeadlineOptions = {}) => {
    process.off('beforeExit', flushAtExit);
    ending ??= end(parts, options);
    return ending;
  };
  return {
    metricsHandler: page.handler,
    metricsFetch: page.fetch,
    get metricsUrl() {
      return page.url;
    },
    meterProvider,
    tracerProvider,
    ready: page.ready,
    forceFlush,
    shutdown,
  };
}

async function flush(parts: Parts, { timeoutMillis = DEADLINE_MILLIS }: DeadlineOptions): Promise<void> {
  await Promise.all([
    settleWithin(timeoutMillis, 'Flushing traces', () => parts.tracerProvider?.forceFlush({ timeoutMillis })),
    settleWithin(timeoutMillis, 'Flushing metrics', () => parts.meterProvider?.forceFlush()),
  ]);
}

async function end(parts: Parts, { timeoutMillis = DEADLINE_MILLIS }: DeadlineOptions): Promise<void> {
  await Promise.all([
    settleWithin(timeoutMillis, 'Shutting down traces', () => parts.tracerProvider?.shutdown()),
    settleWithin(timeoutMillis, 'Shutting down metrics', () => parts.meterProvider?.shutdown()),
    settleWithin(timeoutMillis, 'Closing /metrics', () => parts.page.close()),
  ]);
  parts.release();
}
