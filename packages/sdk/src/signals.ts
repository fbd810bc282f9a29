import { diag, metrics as metricsApi } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import {
  claimContext,
  claimLoggerProvider,
  claimMeterProvider,
  claimPropagation,
  claimTracerProvider,
  isTaken,
  type Release,
} from './globals';
import type { LogsProvider } from './late-logger-provider';
import { createLoggerProvider } from './logs';
import { createMetrics } from './metrics';
import { MetricsPage } from './metrics-page';
import type { RegisterOptions } from './options';
import { createPropagator } from './propagation';
import type { Settings } from './settings';
import type { Owner } from './status';
import { createTracerProvider } from './traces';
import type { Watched } from './watched';

interface Traces {
  readonly owner: Owner;
  readonly provider: TracerProvider | undefined;
  readonly releases: readonly (Release | undefined)[];
}

interface Logs {
  readonly owner: Owner;
  readonly provider: LogsProvider | undefined;
  readonly releases: readonly (Release | undefined)[];
}

interface Metrics {
  readonly owner: Owner;
  readonly provider: MeterProvider | undefined;
  readonly page: MetricsPage;
  readonly releases: readonly (Release | undefined)[];
}

const ATTACH = 'add `new PrometheusBridge()` of @grump/llm-otel-prometheus to the readers of that MeterProvider';

/** Context, propagation and tracer provider, unless somebody else has a tracer provider. */
export function registerTraces(options: RegisterOptions, settings: Settings, watched: Watched): Traces {
  if (options.traces === false) return { owner: 'off', provider: undefined, releases: [] };
  if (isTaken('trace')) {
    diag.warn(
      'A TracerProvider is already registered: register() leaves tracing to it (traces: false says so without this warning).',
    );
    return { owner: 'another SDK', provider: undefined, releases: [] };
  }
  const provider = createTracerProvider(options, settings, watched);
  const releases = [
    claimContext(new AsyncLocalStorageContextManager()),
    claimPropagation(createPropagator(settings.propagators)),
  ];
  if (provider !== undefined) releases.unshift(claimTracerProvider(provider));
  return { owner: provider === undefined ? 'off' : 'ours', provider, releases };
}

/** Logger provider, unless somebody else has one. */
export function registerLogs(options: RegisterOptions, settings: Settings, watched: Watched): Logs {
  if (options.logs === false) return { owner: 'off', provider: undefined, releases: [] };
  if (isTaken('logs')) return { owner: 'another SDK', provider: undefined, releases: [] };
  const provider = createLoggerProvider(options, settings, watched);
  if (provider === undefined) return { owner: 'off', provider, releases: [] };
  return { owner: 'ours', provider, releases: [claimLoggerProvider(provider)] };
}

/** Meter provider and `/metrics`, unless somebody else has a meter provider. */
export function registerMetrics(options: RegisterOptions, settings: Settings, watched: Watched): Metrics {
  if (options.metrics === false)
    return withoutMetrics('off', 'There are no metrics: register() was called with metrics: false.');
  if (isTaken('metrics')) {
    const message = `A MeterProvider is already registered, to which register() leaves metrics: for /metrics, ${ATTACH}.`;
    diag.warn(message);
    watched.meters.target = metricsApi.getMeterProvider();
    return withoutMetrics('another SDK', message);
  }
  const metrics = createMetrics(options, settings, watched);
  if (metrics === undefined) return withoutMetrics('off', 'There are no metrics: every exporter is turned off.');
  const page = new MetricsPage(
    metrics.bridge,
    'The Prometheus bridge is off: pass prometheus: true, or add prometheus to OTEL_METRICS_EXPORTER.',
  );
  watched.meters.target = metrics.provider;
  return { owner: 'ours', provider: metrics.provider, page, releases: [claimMeterProvider(metrics.provider)] };
}

function withoutMetrics(owner: Owner, message: string): Metrics {
  return { owner, provider: undefined, page: new MetricsPage(undefined, message), releases: [] };
}
