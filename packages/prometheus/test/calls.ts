import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { onTestFinished } from 'vitest';
import { consume, createWrapped, type Script, streamOf, useTelemetry } from '../../core/test/measure';
import { PrometheusBridge, type PrometheusBridgeOptions } from '../src/index';

const USAGE = { input: 9, output: 5, cacheRead: 1, cacheWrite: 2, reasoning: 3, audioInput: 4, audioOutput: 5 };
const STREAM: Script = [
  [0, { kind: 'text', model: 'fake-1-2026' }],
  [0, { kind: 'text' }],
  [0, { end: 'stop', usage: USAGE, cost: 0.5 }],
];

export interface MeasuredCalls {
  readonly bridge: PrometheusBridge;
  /** Makes a call with a sampled span of its own, and gives that span's ids. */
  call(): Promise<{ traceId: string; spanId: string }>;
}

/** A bridge that shows calls of a wrapped client. */
export function measureCalls(options: PrometheusBridgeOptions = {}): MeasuredCalls {
  const bridge = new PrometheusBridge(options);
  const meterProvider = new MeterProvider({ readers: [bridge] });
  bridge.attach(meterProvider);
  onTestFinished(() => meterProvider.shutdown());
  const telemetry = useTelemetry();
  const { tracerProvider } = telemetry;
  const call: MeasuredCalls['call'] = async () => {
    await consume(createWrapped({ meterProvider, tracerProvider }, async () => streamOf(STREAM)));
    const { traceId, spanId } = telemetry.spans().at(-1)!;
    return { traceId, spanId };
  };
  return { bridge, call };
}

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

export async function openMetricsOf(bridge: PrometheusBridge): Promise<string> {
  const response = await bridge.fetch(new Request('http://localhost/metrics', { headers: { accept: OPENMETRICS } }));
  return response.text();
}
