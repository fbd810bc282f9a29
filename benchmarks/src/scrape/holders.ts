import { createRequire } from 'node:module';
import { PrometheusBridge } from '@grump/llm-otel-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  BOUNDARIES,
  type Holder,
  labelsOf,
  readingOf,
  recorderOf,
  recordOf,
  type Shape,
  serve,
  VIEWS,
} from './holder.ts';

const rivals = createRequire(new URL('../../rivals/package.json', import.meta.url));

/** Who is compared, each in a process of its own. */
export const HOLDERS: Readonly<Record<string, (shape: Shape) => Promise<Holder>>> = {
  'this bridge': holdWithBridge,
  '@opentelemetry/exporter-prometheus': holdWithExporter,
  'prom-client': holdWithPromClient,
};

async function holdWithBridge(shape: Shape): Promise<Holder> {
  const bridge = new PrometheusBridge({ timeoutMillis: 60_000 });
  const provider = new MeterProvider({ readers: [bridge], views: VIEWS });
  const record = recorderOf(provider.getMeter('benchmark'), shape);
  return { url: await serve(bridge.handler), record };
}

async function holdWithExporter(shape: Shape): Promise<Holder> {
  const { PrometheusExporter } = rivals('@opentelemetry/exporter-prometheus');
  const sdk = rivals('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics');
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const provider = new sdk.MeterProvider({ readers: [exporter], views: VIEWS });
  const record = recorderOf(provider.getMeter('benchmark'), shape);
  return { url: await serve((...pair) => exporter.getMetricsRequestHandler(...pair)), record };
}

async function holdWithPromClient(shape: Shape): Promise<Holder> {
  const { Registry, Counter, Gauge, Histogram } = rivals('prom-client');
  const registry = new Registry();
  const common = { help: 'help', labelNames: Object.keys(labelsOf(0)), registers: [registry] };
  const url = await serve(async (_, response) => {
    response.setHeader('content-type', registry.contentType);
    response.end(await registry.metrics());
  });
  const counter = new Counter({ ...common, name: 'calls_total' });
  const gauge = new Gauge({ ...common, name: 'level' });
  const histogram = new Histogram({ ...common, name: 'seconds', buckets: [...BOUNDARIES] });
  const record = recordOf(shape, {
    counter: (series) => counter.inc(labelsOf(series), 1.5),
    gauge: (series) => gauge.set(labelsOf(series), readingOf(series)),
    histogram: (series) => histogram.observe(labelsOf(series), 0.3),
  });
  return { url, record };
}
