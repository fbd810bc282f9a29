import type { FetchHandler, NodeHandler } from '@grump/llm-otel-prometheus';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import { DEADLINE_MILLIS, settleWithin } from './deadline';
import { flushAtExit } from './exit';
import { createHealthPage } from './health';
import type { LogsProvider } from './late-logger-provider';
import type { MetricsPage } from './metrics-page';
import type { Settings } from './settings';
import type { Status } from './status';
import type { Watched } from './watched';

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
  /** {@link status} as JSON, as on `/healthz`: 200 with `ok` or `degraded`, 503 after {@link shutdown}. */
  readonly healthHandler: NodeHandler;
  readonly healthFetch: FetchHandler;
  /** Where `/metrics` listens; `undefined` before {@link ready}, or where no port is open. */
  readonly metricsUrl: string | undefined;
  /** `undefined` where metrics are off or another SDK's. */
  readonly meterProvider: MeterProvider | undefined;
  /** `undefined` where traces are off, go nowhere or are another SDK's. */
  readonly tracerProvider: TracerProvider | undefined;
  /** `undefined` where logs are off, go nowhere or are another SDK's. */
  readonly loggerProvider: LogsProvider | undefined;
  /** Resolves when `/metrics` listens or it is known that it will not; never rejects. */
  readonly ready: Promise<void>;
  /** Which exporters, endpoints and clients there are, and how they fare. */
  status(): Status;
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
  readonly loggerProvider: LogsProvider | undefined;
  readonly watched: Watched;
  readonly prometheus: Settings['prometheus'];
  /** Milliseconds by which the end of the process may be delayed; `undefined` leaves it alone. */
  readonly exitTimeoutMillis: number | undefined;
  readonly status: () => Status;
  /** Runs once at the very end of `shutdown()`. */
  readonly release: () => void;
}

/** The handle, which also flushes when the process ends. */
export function createRegistration(parts: Parts): Registration {
  const { page, meterProvider, tracerProvider, loggerProvider, exitTimeoutMillis, status } = parts;
  let ending: Promise<void> | undefined;
  const health = createHealthPage(status, () => ending !== undefined);
  const stopFlushing =
    exitTimeoutMillis === undefined ? undefined : flushAtExit(() => flushOrAbandon(parts, exitTimeoutMillis));
  page.listen(parts.prometheus, health.handler);
  return {
    metricsHandler: page.handler,
    metricsFetch: page.fetch,
    healthHandler: health.handler,
    healthFetch: health.fetch,
    get metricsUrl() {
      return page.url;
    },
    meterProvider,
    tracerProvider,
    loggerProvider,
    ready: page.ready,
    status,
    forceFlush: async ({ timeoutMillis = DEADLINE_MILLIS } = {}) => {
      await (ending ?? flush(parts, timeoutMillis));
    },
    shutdown: ({ timeoutMillis = DEADLINE_MILLIS } = {}) => {
      stopFlushing?.();
      ending ??= end(parts, timeoutMillis);
      return ending;
    },
  };
}

/** Whether all was over in time. */
async function flush(parts: Parts, timeoutMillis: number): Promise<boolean> {
  const { tracerProvider, meterProvider, loggerProvider, watched } = parts;
  // A processor does not wait for the batch that is on its way already.
  const sent = (signal: 'traces' | 'metrics' | 'logs') => () => watched.flush(signal);
  const inTime = await Promise.all([
    settleWithin(timeoutMillis, 'Flushing traces', async () => {
      await tracerProvider?.forceFlush({ timeoutMillis }).finally(sent('traces'));
    }),
    settleWithin(timeoutMillis, 'Flushing metrics', () => meterProvider?.forceFlush().finally(sent('metrics'))),
    settleWithin(timeoutMillis, 'Flushing logs', () => loggerProvider?.forceFlush().finally(sent('logs'))),
  ]);
  return inTime.every(Boolean);
}

async function flushOrAbandon(parts: Parts, timeoutMillis: number): Promise<boolean> {
  const inTime = await flush(parts, timeoutMillis);
  if (!inTime) parts.watched.abandon();
  return inTime;
}

async function end(parts: Parts, timeoutMillis: number): Promise<void> {
  // An exporter that is loaded now finds no meters any more.
  parts.watched.meters.target = undefined;
  await Promise.all([
    settleWithin(timeoutMillis, 'Shutting down traces', () => parts.tracerProvider?.shutdown()),
    settleWithin(timeoutMillis, 'Shutting down metrics', () => parts.meterProvider?.shutdown()),
    settleWithin(timeoutMillis, 'Shutting down logs', () => parts.loggerProvider?.shutdown()),
    settleWithin(timeoutMillis, 'Closing /metrics', () => parts.page.close()),
  ]);
  parts.watched.abandon();
  parts.release();
}
