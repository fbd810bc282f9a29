// Another SDK. Preloaded it starts at once; else the application starts it after ours.
const { metrics } = require('@opentelemetry/api');
const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics');

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

const reader = new Reader();
const provider = new MeterProvider({ readers: [reader] });

exports.startOther = () => metrics.setGlobalMeterProvider(provider);

/** Calls that it has counted. */
exports.countOther = async () => {
  const { resourceMetrics } = await reader.collect();
  const found = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const points = found.find(({ descriptor }) => descriptor.name === 'llm_requests_total')?.dataPoints ?? [];
  return points.reduce((sum, { value }) => sum + value, 0);
};

globalThis.other ??= exports;
if (process.env.OTHER === 'before' && globalThis.other === exports) exports.startOther();
