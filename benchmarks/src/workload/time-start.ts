// Prints what importing an SDK and starting it, with OTLP and Prometheus, costs this process, in milliseconds.
import process from 'node:process';

const START: Readonly<Record<string, () => Promise<unknown>>> = {
  register: async () => {
    const { register } = await import('@grump/llm-otel-sdk');
    return register({ serviceName: 'bench', otlp: { endpoint: 'http://localhost:4318' }, prometheus: { port: 0 } });
  },
  NodeSDK: async () => {
    const { NodeSDK } = await import('@opentelemetry/sdk-node');
    new NodeSDK({ serviceName: 'bench' }).start();
  },
};

process.env.OTEL_TRACES_EXPORTER = 'otlp';
process.env.OTEL_METRICS_EXPORTER = 'otlp,prometheus';
process.env.OTEL_LOGS_EXPORTER = 'otlp';
process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://localhost:4318';
process.env.OTEL_EXPORTER_PROMETHEUS_PORT = '0';
await import('@opentelemetry/api');

const before = performance.now();
const used = process.cpuUsage();
await START[process.argv[2]!]!();
const { user, system } = process.cpuUsage(used);
console.log(JSON.stringify({ wall: performance.now() - before, cpu: (user + system) / 1000 }));
process.exit(0);
