import process from 'node:process';
import { PrometheusBridge } from '@grump/llm-otel-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { startGpuMeter } from './meter';
import type { GpuMeterOptions } from './options';

/** Serves `/metrics` until the process is told to end. */
export async function serve(options: GpuMeterOptions, host: string, port: number): Promise<void> {
  const bridge = new PrometheusBridge();
  const meterProvider = new MeterProvider({ readers: [bridge] });
  const meter = startGpuMeter({ ...options, meterProvider });
  const { url } = await bridge.listen({ host, port, ref: true });
  process.stdout.write(`GPU metrics are at ${url}\n`);
  await meter.ready;
  if (meter.reason !== '') process.stderr.write(`${meter.state}: ${meter.reason}\n`);
  const end = async () => {
    await meter.shutdown();
    await meterProvider.shutdown();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}
