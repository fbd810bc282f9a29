import { diag } from '@opentelemetry/api';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import {
  claimContext,
  claimMeterProvider,
  claimPropagation,
  claimTracerProvider,
  isTaken,
  type Release,
} from './globals';
import { createMetrics } from './metrics';
import { MetricsPage } from './metrics-page';
import type { RegisterOptions } from './options';
import type { Settings } from './settings';
import { createTracerProvider } from './traces';

interface Traces {
  readonly provider: TracerProvider | undefined;
  readonly releases: readonly (Release | undefined)[];
}

interface Metrics {
  readonly provider: MeterProvider | undefined;
  readonly page: MetricsPage;
  readonly releases: readonly (Release | undefined)[];
}

const ATTACH = 'add `new PrometheusBridge()` of @grump/llm-otel-prometheus to the readers of that MeterProvider';

/** Context, propagation and tracer provider, unless somebody else has a tracer provider. */
export function registerTraces(options: RegisterOptions, settings: Settings): Traces {
  if (options.traces === false) return { provider: undefined, releases: [] };
  if (isTaken('trace')) {
    diag.warn(
      'A TracerProvider is already registered: register() leaves tracing to it (traces: false says so without this warning).',
    );
    return { provider: undefined, releases: [] };
  }
  const provider = createTracerProvider(options, settings);
  const releases = [claimContext(), claimPropagation()];
  if (provider !== undefined) releases.unshift(claimTracerProvider(provider));
  return { provider, releases };
}

/** Meter provider and `/metrics`, unless somebody else has a meter provider. */
export function registerMetrics(options: RegisterOptions, settings: Settings): Metrics {
  if (options.metrics === false)
    return withoutMetrics('There are no metrics: register() was called with metrics: false.');
  if (isTaken('metrics')) {
    const message = `A MeterProvider is already registered, to which register() leaves metrics: for /metrics, ${ATTACH}.`;
    diag.warn(message);
    return withoutMetrics(message);
  }
  const metrics = createMetrics(options, settings);
  if (metrics === undefined) return withoutMetrics('There are no metrics: every exporter is turned off.');
  const page = new MetricsPage(
    metrics.bridge,
    'The Prometheus bridge is off: pass prometheus: true, or add prometheus to OTEL_METRICS_EXPORTER.',
  );
  return { provider: metrics.provider, page, releases: [claimMeterProvider(metrics.provider)] };
}

function withoutMetrics(message: string): Metrics {
  return { provider: undefined, page: new MetricsPage(undefined, message), releases: [] };
}
