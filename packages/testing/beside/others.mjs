// How an application sets up each of the other SDKs. `start` returns what the SDK has seen, by name.
import { createServer } from 'node:http';

/** Keeps the names of the spans that reach a processor. */
function createProcessor() {
  const names = [];
  const processor = {
    onStart() {},
    onEnd: (span) => names.push(span.name),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  return { names, processor };
}

async function startNodeSdk(name) {
  const { NodeSDK } = await import(name);
  const { names, processor } = createProcessor();
  new NodeSDK({ serviceName: 'theirs', spanProcessors: [processor], metricReaders: [], instrumentations: [] }).start();
  return { spans: () => names };
}

/** A reader, and the calls that it has counted. */
async function createReader() {
  const { InMemoryMetricExporter, PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics');
  const exporter = new InMemoryMetricExporter(1);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
  const counted = async () => {
    await reader.forceFlush();
    const metrics =
      exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
    const points = metrics.find(({ descriptor }) => descriptor.name === 'llm_requests_total')?.dataPoints ?? [];
    return points.reduce((sum, { value }) => sum + value, 0);
  };
  return { reader, counted };
}

async function startNodeSdkWithMetrics() {
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const { names, processor } = createProcessor();
  const { reader, counted } = await createReader();
  new NodeSDK({ serviceName: 'theirs', spanProcessors: [processor], metricReaders: [reader] }).start();
  return { spans: () => names, counted };
}

async function startSentry() {
  const Sentry = await import('@sentry/node');
  const names = [];
  Sentry.init({
    dsn: 'http://key@127.0.0.1:9/1',
    tracesSampleRate: 1,
    traceLifecycle: 'static',
    // What would be sent, once it is, told by name; nothing leaves.
    beforeSendTransaction: ({ transaction, spans = [] }) => {
      names.push(transaction, ...spans.map(({ description }) => description));
      return null;
    },
  });
  const own = () => Sentry.startSpan({ name: 'of Sentry' }, async () => {});
  return { spans: () => names, own, flush: () => Sentry.flush(2000) };
}

async function startDatadog() {
  const bodies = [];
  const agent = createServer(async (request, response) => {
    if (request.url.endsWith('/traces')) bodies.push(Buffer.concat(await request.toArray()).toString('latin1'));
    response.end('{}');
  });
  await new Promise((resolve) => agent.listen(0, '127.0.0.1', resolve));
  agent.unref();
  process.env.DD_TRACE_AGENT_URL = `http://127.0.0.1:${agent.address().port}`;
  process.env.DD_INSTRUMENTATION_TELEMETRY_ENABLED = 'false';
  process.env.DD_REMOTE_CONFIGURATION_ENABLED = 'false';
  const { default: tracer } = await import('dd-trace');
  tracer.init({ flushInterval: 100, plugins: false, startupLogs: false });
  new tracer.TracerProvider().register();
  // The agent gets MessagePack, in which names stand as they are.
  const own = () => tracer.trace('of Datadog', () => {});
  const spans = () =>
    ['of Datadog', 'chat m', 'their span'].filter((name) => bodies.some((body) => body.includes(name)));
  return { spans, own, flush: () => new Promise((resolve) => setTimeout(resolve, 1000)) };
}

async function startVercel() {
  const { registerOTel } = await import('@vercel/otel');
  const { names, processor } = createProcessor();
  registerOTel({ serviceName: 'theirs', spanProcessors: [processor], instrumentations: [] });
  return { spans: () => names };
}

async function startLogfire() {
  const logfire = await import('@pydantic/logfire-node');
  const { names, processor } = createProcessor();
  const { reader, counted } = await createReader();
  const metrics = { additionalReaders: [reader] };
  logfire.configure({ sendToLogfire: false, console: false, additionalSpanProcessors: [processor], metrics });
  return { spans: () => names, counted };
}

export const others = {
  'NodeSDK 2': () => startNodeSdk('@opentelemetry/sdk-node'),
  'NodeSDK 3': () => startNodeSdk('@opentelemetry/sdk-node-3'),
  'NodeSDK 2 with metrics': startNodeSdkWithMetrics,
  Sentry: startSentry,
  Datadog: startDatadog,
  '@vercel/otel': startVercel,
  Logfire: startLogfire,
};
