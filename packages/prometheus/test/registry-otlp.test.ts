import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import * as client from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRegistryProducer, type PromClientRegistry, withSummaries } from '../src/prom-client/index';
import { comparable } from './fuzz';
import type { Sample } from './parse-page';
import { needs, PROMETHEUS_3 } from './programs';
import { readOwnPage, usedRegistry, VERSIONS } from './prom-client';
import { freePort, samplesIn, startReceiver } from './push-programs';
import { startRecorder } from './receiver';

/** Exports a registry once, beside an instrument of the SDK. */
async function exportOnce(registry: PromClientRegistry, exporter: PushMetricExporter): Promise<void> {
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 2 ** 30,
    exportTimeoutMillis: 2 ** 30 - 1,
    metricProducers: [createRegistryProducer(registry)],
  });
  const resource = resourceFromAttributes({
    'service.name': 'shop',
    'host.cpus': 2,
    'host.load': 0.5,
    'host.ips': ['::1', 'x'],
  });
  const provider = new MeterProvider({ readers: [reader], resource });
  onTestFinished(() => provider.shutdown());
  provider.getMeter('own').createCounter('own').add(4);
  await provider.forceFlush();
}

interface JsonMetric {
  readonly name: string;
  readonly summary?: { readonly dataPoints: readonly object[] };
}

interface JsonRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly JsonMetric[] }[];
  }[];
}

const metricsOf = (body: Buffer): JsonMetric[] =>
  (JSON.parse(body.toString()) as JsonRequest).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics),
  );

describe.each(VERSIONS)('a registry of prom-client %s', (_, of) => {
  test('arrives whole at a Prometheus that takes OTLP, summaries as summaries', async (context) => {
    needs(context, PROMETHEUS_3);
    const address = await startReceiver(PROMETHEUS_3, await freePort(), '--web.enable-otlp-receiver');
    const registry = usedRegistry(of);
    const url = `${address}/api/v1/otlp/v1/metrics`;
    await exportOnce(registry, withSummaries(new ProtobufExporter({ url })));
    const expected = readOwnPage(await registry.metrics()).map(asArrived);
    const arrived = (await samplesIn(address, '{app="shop"}')).map(asArrived);
    expect(comparable(arrived)).toEqual(comparable(expected));
    expect(await samplesIn(address, 'own_total')).toMatchObject([{ value: 4 }]);
  });
});

/** Labels of the sender are left out, and bounds are numbers. The suffix of a counter is Prometheus' own rule for OTLP. */
function asArrived({ name, labels: { job: _, instance: __, otel_scope_name: ___, ...labels }, value }: Sample): Sample {
  const plain = Object.entries(labels).map(([key, text]) =>
    key === 'le' || key === 'quantile' ? [key, String(Number(text.replace('Inf', 'Infinity')))] : [key, text],
  );
  return { name: name === 'bare' ? 'bare_total' : name, labels: Object.fromEntries(plain), value };
}

test('as JSON a summary has its quantiles, sum and count', async () => {
  const registry = new client.Registry();
  const sizes = new client.Summary({ name: 'sizes', help: 'Sizes', percentiles: [0.5], registers: [registry] });
  sizes.observe(2);
  const { url, requests } = await startRecorder(() => ({ status: 200, text: '{}' }));
  await exportOnce(registry, withSummaries(new JsonExporter({ url })));
  const metrics = metricsOf(requests[0]!.body);
  expect(metrics.map(({ name }) => name)).toEqual(['own', 'sizes']);
  expect(metrics[1]?.summary?.dataPoints).toMatchObject([
    { count: 1, sum: 2, quantileValues: [{ quantile: 0.5, value: 2 }] },
  ]);
});

test('without withSummaries() a summary is a gauge and two counters', async () => {
  const registry = new client.Registry();
  new client.Summary({ name: 'sizes', help: 'Sizes', percentiles: [0.5], registers: [registry] }).observe(2);
  const { url, requests } = await startRecorder(() => ({ status: 200, text: '{}' }));
  await exportOnce(registry, new JsonExporter({ url }));
  expect(metricsOf(requests[0]!.body).map(({ name }) => name)).toEqual(['own', 'sizes', 'sizes_sum', 'sizes_count']);
});

test('an exporter that is none of OpenTelemetry stays as it is', () => {
  const exporter = { export: () => {}, forceFlush: async () => {}, shutdown: async () => {} };
  expect(withSummaries(exporter)).toBe(exporter);
});
